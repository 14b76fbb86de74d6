import type { Judgement } from '../judgement.ts';
import type { JobObservation } from '../observation.ts';

/** One check: null when it does not apply to the job, so that a report lists only what was looked at. */
export interface Rule {
  /** Stable dotted name; dashboards and CI filters rely on it. */
  readonly name: string;
  readonly judge: (job: JobObservation) => Judgement | null;
}

export const booted = (job: JobObservation): boolean => job.release !== null;

/** The machine or the rig went away, so that what is missing afterwards is a consequence and judged elsewhere. */
export function wasInterrupted(job: JobObservation): boolean {
  return job.fault !== null || job.end === null || job.end.reason !== 'clean';
}

/** The words for a check that could not be made because of it. */
export function interruption(job: JobObservation): string {
  if (job.end !== null && job.end.reason !== 'clean') return `the machine ended first (${job.end.reason})`;
  return job.fault === null ? 'nobody recorded how the machine ended' : 'the rig failed first';
}
