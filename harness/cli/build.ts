import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { preparationSteps, prepare } from '../campaign/prepare.ts';
import { eachSummary } from '../report/each-terminal.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { type EachOptions, requestEach, requestRun } from './request.ts';

export interface BuildCommand extends EachOptions {
  readonly each?: boolean;
  readonly json?: boolean;
}

/** `spf build [PLAN]` */
export async function build(plan: string, options: BuildCommand): Promise<ExitCode> {
  if (options.each) return buildEachPatch(plan, options);
  if (options.out !== undefined) throw new UsageError('--out is for build --each: kernels go into the cache');
  if (options.touched) throw new UsageError('--touched is for build --each');
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

/** `spf build [PLAN] --each` */
async function buildEachPatch(plan: string, options: BuildCommand): Promise<ExitCode> {
  const request = requestEach(plan, options, projectDir);
  const { buildEach } = await import('../campaign/each/index.ts');
  const { record, directory } = await buildEach(request, commandContext(), createObserver());
  if (options.json) console.log(JSON.stringify(record, null, 2));
  else console.log(eachSummary(record, { directory }));
  return record.exitCode;
}
