import type { Finding } from '../console/finding.ts';
import type { JobRecord, Mismatch, RunRecord } from '../store/record.ts';

/** One thing that went wrong, with every job in which it did. */
export interface Seen<T> {
  readonly first: T;
  readonly jobs: readonly JobRecord[];
  /** How often, repeats within a job included. */
  readonly times: number;
}

export function findingsOf(record: RunRecord): Seen<Finding>[] {
  return gather(
    record.jobs,
    (job) => job.findings,
    ({ count }) => count,
  );
}

export function mismatchesOf(record: RunRecord): Seen<Mismatch>[] {
  return gather(
    record.jobs,
    (job) => job.mismatches,
    () => 1,
  );
}

function gather<T extends { readonly signature: string }>(
  jobs: readonly JobRecord[],
  of: (job: JobRecord) => readonly T[],
  countOf: (item: T) => number,
): Seen<T>[] {
  const all = jobs.flatMap((job) => of(job).map((item) => ({ job, item })));
  return [...Map.groupBy(all, ({ item }) => item.signature).values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const times = group.reduce((sum, { item }) => sum + countOf(item), 0);
    return [{ first: first.item, jobs: [...new Set(group.map(({ job }) => job))], times }];
  });
}

/** Share of faults that were speculative, 0 to 1; undefined where it was not counted. */
export function speculativeShareOf(job: JobRecord): number | undefined {
  return job.counters['speculative.share'];
}

/**
 * Whether the run as a whole went wrong and no job shows it (cancelled, nothing ran): formats that are lists of tests
 * then need an entry of its own for the verdict, or a reader would see only green.
 */
export function verdictNeedsEntry(record: RunRecord): boolean {
  return record.verdict.exitCode !== 0 && !record.jobs.some(({ status }) => isTrouble(status));
}

const isTrouble = (status: JobRecord['status']): boolean => ['FAIL', 'ERROR', 'MISS'].includes(status);
