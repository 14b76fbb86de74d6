import { EXIT } from '../base/errors.ts';
import { blame, type JudgedJob, type JudgedKernel } from './blame.ts';
import { couldNotJudge, kernelAtFault, nothingFound, nothingRan } from './headline.ts';
import { statusSchema, type Confidence, type Culprit, type Status, type Verdict } from './words.ts';

export interface RunObservation {
  readonly kernels: readonly JudgedKernel[];
  readonly jobs: readonly JudgedJob[];
  /** The user or a signal ended the run; jobs that never began are among `jobs` as MISS. */
  readonly cancelled: boolean;
}

/**
 * What the whole run means. A FAIL beats an ERROR: evidence against the kernel does not vanish because another job
 * could not be judged, while an ERROR says nothing about the kernel. A clean run needs at least one job that was judged
 * and none that could not be: a plan all of whose jobs were skipped proves nothing.
 */
export function evaluateRun(run: RunObservation): Verdict {
  const failed = run.jobs.filter(({ status, culprit }) => status === 'FAIL' && culprit === 'code');
  const unjudged = run.jobs.filter((job) => !failed.includes(job) && !isJudged(job) && job.status !== 'SKIP');
  const judged = run.jobs.filter(isJudged);
  const counts = countStatuses(run.jobs);
  const unknown = unjudged.map((job) => `${job.id} could not be judged: ${job.reason}`);
  if (run.cancelled) unknown.unshift('The run was cancelled; what did not run says nothing.');

  if (failed.length > 0) {
    const said = kernelAtFault(failed, blame(failed, run.kernels), run.kernels, run.jobs.length);
    const reasons = [...said.reasons, ...unknown];
    const confidence = failed.some((job) => job.confidence === 'certain') ? 'certain' : 'likely';
    return verdict('FAIL', 'code', EXIT.kernelAtFault, said.headline, reasons, confidence, counts);
  }
  if (unjudged.length > 0 || run.cancelled) {
    const culprit = unjudged.find((job) => job.culprit !== null)?.culprit ?? null;
    const status = judged.length === 0 && unjudged.every((job) => job.status === 'MISS') ? 'MISS' : 'ERROR';
    const headline = couldNotJudge(unjudged, run);
    return verdict(status, culprit, EXIT.rig, headline, unknown, 'none', counts);
  }
  if (judged.length === 0) {
    const reasons = run.jobs.map((job) => `${job.id} was skipped: ${job.reason}`);
    return verdict('SKIP', null, EXIT.rig, nothingRan(run.jobs.length), reasons, 'none', counts);
  }
  const status = judged.every((job) => job.status === 'DONE') ? 'DONE' : 'PASS';
  return verdict(status, null, EXIT.clean, nothingFound(judged, run), silences(run.jobs), 'none', counts);
}

const isJudged = ({ status }: JudgedJob): boolean => status === 'PASS' || status === 'DONE';

/** What a clean run could not look at, each once: missing sanitizers, cut histories. */
function silences(jobs: readonly JudgedJob[]): string[] {
  const checks = jobs.flatMap((job) => job.checks.filter(({ status }) => status === 'SKIP'));
  return [...new Set(checks.map(({ detail }) => `Not judged: ${detail}.`))];
}

function countStatuses(jobs: readonly JudgedJob[]): Record<Status, number> {
  const counts = Object.fromEntries(statusSchema.options.map((status) => [status, 0])) as Record<
    Status,
    number
  >;
  for (const { status } of jobs) counts[status] += 1;
  return counts;
}

function verdict(
  status: Status,
  culprit: Culprit | null,
  exitCode: Verdict['exitCode'],
  headline: string,
  reasons: string[],
  confidence: Confidence,
  counts: Record<Status, number>,
): Verdict {
  return { status, culprit, exitCode, headline, reasons, confidence, counts };
}
