import { UsageError } from '../../base/errors.ts';
import type { Variant } from '../../verdict/bench/compare.ts';
import type { KernelPlan } from '../../plan/schedule.ts';
import type { Observer } from '../../base/steps.ts';
import type { Context } from '../../base/context.ts';
import { preparationSteps, prepare } from '../prepare.ts';
import type { PreparedKernel } from '../kernel.ts';
import type { RunRequest } from '../request.ts';

/** One of the kernels that are compared: a stack of series on the base, or the base itself. */
export interface BenchVariant {
  /** Path-safe and unique: `base`, `spf-v12`, `spf-v12-spf-v12-fixes`. */
  readonly id: string;
  readonly series: readonly string[];
  /** With one kernel, whose id is the variant's own, and one job. */
  readonly request: RunRequest;
}

/**
 * @param request what the command line asked for, narrowed to one kernel and one job.
 * @throws UsageError when it has more.
 */
export function variantOf(series: readonly string[], request: RunRequest): BenchVariant {
  const { kernels, jobs } = request.schedule;
  const [kernel, job] = [kernels[0], jobs[0]];
  if (kernel === undefined || job === undefined || kernels.length > 1 || jobs.length > 1)
    throw new UsageError(
      `a benchmark compares kernels of one architecture and one profile with one job, and plan "${request.plan.name}" ` +
        `has ${kernels.length} kernels and ${jobs.length} jobs: narrow it with --arch and --profile`,
    );
  const id = series.length === 0 ? 'base' : series.map(pathSafe).join('-');
  const renamed: KernelPlan = { ...kernel, id: `${kernel.arch.id}-${id}-${kernel.profile}` };
  const schedule = { kernels: [renamed], jobs: [{ ...job, kernel: renamed }] };
  return { id, series, request: { ...request, schedule } };
}

const pathSafe = (spec: string): string => spec.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[.-]+/, '');

/** Its steps as people see them: three kernels are prepared one by one, and each has a source and a guest. */
export const variantSteps = ({ id, request }: BenchVariant) =>
  preparationSteps(request).map((step) => ({ id: `${id}/${step.id}`, title: `${id}: ${step.title}` }));

export async function prepareVariant(
  { id, request }: BenchVariant,
  ctx: Context,
  observer: Observer,
): Promise<PreparedKernel> {
  const prepared = await prepare(request, ctx, {
    plan: (steps) => observer.plan(steps),
    begin: (step) => observer.begin(`${id}/${step}`),
    progress: (step, progress) => observer.progress(`${id}/${step}`, progress),
    end: (step, end) => observer.end(`${id}/${step}`, end),
  });
  const [kernel] = prepared.values();
  if (kernel === undefined) throw new Error(`no kernel was prepared for ${id}`);
  return kernel;
}

export const comparedVariant = ({ id }: BenchVariant, { facts }: PreparedKernel): Variant => ({
  id,
  counter: facts?.counter ?? null,
});
