import type { RunRequest } from '../campaign/request.ts';

/** What `--dry-run` shows: kernels to build, then jobs in order, each with its seed. */
export function formatSchedule({ plan, schedule, seed, extraSeries }: RunRequest): string {
  const series = [...plan.series, ...extraSeries];
  const kernels = schedule.kernels.map(
    ({ id, choice }) => `  ${id}: ${plan.base}${choice === 'series' ? ` + ${series.join(' + ')}` : ''}`,
  );
  const jobs = schedule.jobs.map(
    (job) => `  ${job.id}: seed ${job.seed}${job.duration === undefined ? '' : `, ${job.duration} s`}`,
  );
  return [
    `plan ${plan.name}, seed ${seed}`,
    `kernels to build (${kernels.length}):`,
    ...kernels,
    `jobs (${jobs.length}):`,
    ...jobs,
  ].join('\n');
}
