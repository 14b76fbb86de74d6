import { dirname, join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError, RigError, UsageError } from '../../base/errors.ts';
import { contextOf, type Observer, runStep, type Step } from '../../base/steps.ts';
import { buildGuest } from '../../build/guest.ts';
import { NOTES } from '../../build/kernel-notes.ts';
import type { Counts } from '../../coverage/gcov.ts';
import { type MeasuredFile, measure } from '../../coverage/measure.ts';
import type { PageFacts } from '../../coverage/page.ts';
import type { JobPlan } from '../../plan/schedule.ts';
import { createRunDirectory, createRunId } from '../../store/index.ts';
import { runJob } from '../job.ts';
import { type PreparedKernel, prepareBuilt } from '../kernel.ts';
import type { RunRequest } from '../request.ts';
import { prepareSource } from '../source.ts';
import { addedLines } from './added.ts';
import { addBoot } from './count.ts';
import { COUNTS, harvestCounts } from './harvest.ts';

export interface Coverage {
  readonly files: readonly MeasuredFile[];
  readonly facts: Omit<PageFacts, 'command'>;
  /** Absolute: the jobs with their records, consoles and counts. */
  readonly directory: string;
}

/**
 * Run the jobs of a plan on a kernel whose changed files count what they execute, and say what that is of the lines that
 * the series adds. The verdict on the kernel is not the question here: how each job ended is told beside.
 *
 * @throws UsageError for a plan without a series or with several kernels; RigError when not one job brought counts;
 *   CancelledError; what building throws.
 */
export async function runCoverage(request: RunRequest, ctx: Context, observer: Observer): Promise<Coverage> {
  const { kernels, jobs } = request.schedule;
  const [plan, another] = kernels;
  if (plan === undefined || another !== undefined || plan.choice !== 'series')
    throw new UsageError('coverage is of one kernel with a series: choose one architecture and one profile');
  observer.plan([...preparation, ...jobs.map(({ id }) => ({ id: stepOf(id), title: id }))]);

  const source = await runStep(
    'source',
    ctx,
    observer,
    (step) => prepareSource(request, step),
    () => done,
  );
  const { commit } = source.worktrees.series!;
  const added = await addedLines(source.tree, commit, ctx);
  const paths = added.map(({ path }) => path);
  const counted = paths.filter((path) => path.endsWith('.c'));
  const build = async (step: Context): Promise<PreparedKernel> =>
    prepareBuilt(plan, source, await buildGuest(plan.arch, step), step, { counted });
  const kernel = await runStep('kernel', ctx, observer, build, () => done);

  const directory = await createRunDirectory(request.outDir, `coverage-${createRunId(new Date())}`);
  const counts: Counts = new Map();
  const told: string[] = [];
  const lost: string[] = [];
  for (const job of jobs) {
    observer.begin(stepOf(job.id));
    const step = contextOf(stepOf(job.id), ctx, observer);
    const { words, why } = await countJob(request, job, kernel, { directory, counts, paths, counted }, step);
    if (ctx.signal.aborted) throw new CancelledError('cancelled while counting');
    told.push(words);
    if (why !== undefined) lost.push(`${job.name}: ${why}`);
    observer.end(stepOf(job.id), { outcome: why === undefined ? 'ok' : 'failed', text: why ?? words });
  }
  if (lost.length === jobs.length) throw new RigError(`no job brought counts: ${lost[0] ?? 'there is none'}`);
  const { release } = kernel.record;
  const facts = { arch: plan.arch.id, release, jobs: told, lost };
  return { files: measure(added, counts), facts, directory };
}

interface Counting {
  readonly directory: string;
  readonly counts: Counts;
  readonly paths: readonly string[];
  /** Those of them that have an object somewhere. */
  readonly counted: readonly string[];
}

async function countJob(
  request: RunRequest,
  job: JobPlan,
  kernel: PreparedKernel,
  { directory, counts, paths, counted }: Counting,
  ctx: Context,
): Promise<{ words: string; why: string | undefined }> {
  let place = '';
  let why: string | undefined = 'its kernel did not live to tell';
  const prepared = new Map([[job.kernel.id, kernel]]);
  const record = await runJob(request, job, prepared, directory, ctx, async (running, jobDirectory) => {
    place = jobDirectory;
    why = await harvestCounts(running, jobDirectory, counted);
  });
  const words = `${job.name}, seed ${job.seed}: ${record.status}`;
  if (why === undefined) {
    const notes = join(dirname(kernel.image.kernel), NOTES);
    await addBoot(counts, { arch: job.kernel.arch, notes, counts: join(place, COUNTS), paths }, ctx);
  }
  return { words, why };
}

const preparation: Step[] = [
  { id: 'source', title: 'kernel source and series' },
  { id: 'kernel', title: 'a kernel that counts' },
];
const done = { outcome: 'ok', text: 'ready' } as const;
const stepOf = (jobId: string): string => `job:${jobId}`;
