import { EXIT, type ExitCode } from '../base/errors.ts';
import { preparationSteps, prepare } from '../campaign/prepare.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { type KernelOptions, requestRun } from './request.ts';

/** `spf build [PLAN]` */
export async function build(plan: string, options: KernelOptions & { json?: boolean }): Promise<ExitCode> {
  const request = requestRun(plan, options, projectDir);
  const observer = createObserver();
  observer.plan(preparationSteps(request));
  const prepared = await prepare(request, commandContext(), observer);
  const records = [...prepared.values()].map(({ record }) => record);
  if (options.json) {
    console.log(JSON.stringify(records, null, 2));
    return EXIT.clean;
  }
  for (const { id, release, files, symbols } of records) {
    console.log(`${id}\n  release  ${release}\n  image    ${files.image}\n  vmlinux  ${files.vmlinux}`);
    for (const { symbol, asked, reason } of symbols.dropped)
      console.log(`  dropped  ${symbol}=${asked}: ${reason}`);
  }
  return EXIT.clean;
}
