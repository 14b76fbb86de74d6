import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { benchOrder } from '../campaign/bench/request.ts';
import { type BenchVariant, variantOf } from '../campaign/bench/variants.ts';
import { loadPlan } from '../plan/load.ts';
import { benchText } from '../report/bench/text.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { requestRun, SEED_LIMIT } from './request.ts';

export interface BenchOptions {
  readonly series?: string[];
  readonly base?: string;
  readonly arch?: string;
  readonly profile?: string;
  readonly boots: number;
  readonly duration: number;
  readonly seed?: number;
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const WORKLOAD = 'fault-rate';

/** `spf bench [PLAN]`: 0 measured, 1 a kernel went wrong, 3 the rig did or nothing was measured. */
export async function bench(plan: string, options: BenchOptions): Promise<ExitCode> {
  if (options.boots < 1) throw new UsageError('--boots 0: nothing would be measured');
  const seed = options.seed ?? randomInt(1, SEED_LIMIT);
  const variants = variantsOf(plan, options, seed);
  const request = { variants, rounds: options.boots, duration: options.duration, seed };
  if (options.dryRun) {
    for (const { id, request: one } of variants)
      console.log(`${id}: ${[one.plan.base, ...stackOf(one)].join(' + ')}`);
    benchOrder(request).forEach((ids, round) => console.log(`round ${round + 1}: ${ids.join(', ')}`));
    return EXIT.clean;
  }
  const { runBench } = await import('../campaign/bench/bench.ts');
  const { record, directory } = await runBench(request, commandContext(), createObserver());
  console.log(options.json ? JSON.stringify(record, null, 2) : benchText(record, resolve(directory)));
  return record.verdict.exitCode;
}

/** The base, then each stack: those asked for, or every beginning of the plan's. */
function variantsOf(planArgument: string, options: BenchOptions, seed: number): BenchVariant[] {
  const { plan } = loadPlan(planArgument, projectDir);
  const stacks =
    options.series?.map(parseStack) ?? plan.series.map((_, index) => plan.series.slice(0, index + 1));
  if (stacks.length === 0)
    throw new UsageError(`plan "${plan.name}" has no series: name one or more with --series`);
  const variants = [[], ...stacks].map((stack) => {
    const [series, ...others] = stack;
    const request = requestRun(
      planArgument,
      {
        arch: [options.arch ?? plan.arch[0]!],
        kernel: [series === undefined ? 'base' : 'series'],
        profile: [options.profile ?? plan.profile[0]!],
        workload: [WORKLOAD],
        repeat: 1,
        seed,
        with: others,
        ...(series !== undefined && { series }),
        ...(options.base !== undefined && { base: options.base }),
        ...(options.out !== undefined && { out: options.out }),
      },
      projectDir,
    );
    return variantOf(stack, request);
  });
  const ids = variants.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new UsageError(`two of the kernels would be called ${twice}`);
  return variants;
}

/** `a+b` is b on top of a; a path that has a plus in its name is a path. */
const parseStack = (text: string): string[] => (existsSync(text) ? [text] : text.split('+'));

const stackOf = ({ plan, extraSeries, schedule }: BenchVariant['request']): readonly string[] =>
  schedule.kernels[0]?.choice === 'base' ? [] : [...plan.series, ...extraSeries];
