import { resolve } from 'node:path';
import { type RunOptions, requestRun } from './request.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { EXIT, type ExitCode } from '../base/errors.ts';
import { formatSchedule } from './schedule-text.ts';
import { terminalSummary } from '../report/terminal.ts';

/** `spf run [PLAN]` */
export async function run(plan: string, options: RunOptions): Promise<ExitCode> {
  const request = requestRun(plan, options, projectDir);
  if (options.dryRun) {
    console.log(options.json ? JSON.stringify(request.schedule, null, 2) : formatSchedule(request));
    return EXIT.clean;
  }
  const { runPlan } = await import('../campaign/main-job.ts');
  const { record, directory } = await runPlan(request, commandContext(), createObserver());
  if (options.json) console.log(JSON.stringify(record, null, 2));
  else console.log(terminalSummary(record, { directory: resolve(directory) }));
  return record.verdict.exitCode;
}
