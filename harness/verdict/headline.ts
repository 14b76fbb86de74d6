import type { Blamed, JudgedJob, JudgedKernel } from './blame.ts';

/** The sentences of a verdict. One headline a person would say, and what speaks for it. */

export function kernelAtFault(
  failed: readonly JudgedJob[],
  blamed: Blamed,
  kernels: readonly JudgedKernel[],
  jobs: number,
): { headline: string; reasons: string[] } {
  const bases = new Set(kernels.filter(({ series }) => series === null).map(({ id }) => id));
  const onBase = failed.filter((job) => bases.has(job.kernel));
  const onSeries = failed.filter((job) => !bases.has(job.kernel));
  const names = seriesNames(kernels, onSeries);
  const first = surest(blamed === 'base' ? onBase : onSeries)?.reason ?? '';
  const share = `${failed.length} of ${plural(jobs, 'job')}`;
  const headline = {
    base: `The base kernel is at fault, not the series: ${first}`,
    series: `${names} is at fault: ${first}`,
    both: `The base kernel is at fault, and ${names} beyond it: ${first}`,
  }[blamed];
  const same = blamed === 'base' && onSeries.length > 0;
  return {
    headline,
    reasons: [
      `${share} failed.`,
      ...(same ? ['Kernels with the series show nothing that the base does not show.'] : []),
      ...failed.map((job) => `${job.id}: ${job.reason}`),
    ],
  };
}

export function couldNotJudge(
  unjudged: readonly JudgedJob[],
  run: { readonly jobs: readonly JudgedJob[]; readonly cancelled: boolean },
): string {
  const jobs = plural(run.jobs.length, 'job');
  if (run.cancelled)
    return `Cancelled: ${run.jobs.length - unjudged.length} of ${jobs} done, nothing found in them`;
  const first = unjudged.find(({ status }) => status !== 'MISS') ?? unjudged[0];
  return `The rig could not judge ${unjudged.length} of ${jobs}: ${first?.reason ?? ''}`;
}

export function nothingFound(
  judged: readonly JudgedJob[],
  run: { readonly jobs: readonly JudgedJob[]; readonly kernels: readonly JudgedKernel[] },
): string {
  const kernels = new Set(judged.map((job) => job.kernel)).size;
  const skipped = run.jobs.length - judged.length;
  const rest = skipped === 0 ? '' : `, ${skipped} not wanted here`;
  return `Nothing found: ${plural(judged.length, 'job')} on ${plural(kernels, 'kernel')}${rest}`;
}

export function nothingRan(jobs: number): string {
  return jobs === 0
    ? 'Nothing ran: the plan has no jobs'
    : `Nothing ran: all of ${plural(jobs, 'job')} were skipped`;
}

const surest = (jobs: readonly JudgedJob[]): JudgedJob | undefined =>
  jobs.find(({ confidence }) => confidence === 'certain') ?? jobs[0];

function seriesNames(kernels: readonly JudgedKernel[], jobs: readonly JudgedJob[]): string {
  const tested = new Set(jobs.map((job) => job.kernel));
  const names = new Set(kernels.flatMap(({ id, series }) => (tested.has(id) && series ? [series.name] : [])));
  return names.size === 0 ? 'The kernel' : `The kernel with ${[...names].join(' and ')}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
