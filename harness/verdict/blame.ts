import type { Finding } from '../console/finding.ts';
import type { Mismatch } from './mismatch.ts';
import type { Check, Confidence, Culprit, Status } from './words.ts';

/** Of a job record, what the verdict on the whole run needs. */
export interface JudgedJob {
  readonly id: string;
  readonly kernel: string;
  readonly status: Status;
  readonly culprit: Culprit | null;
  readonly reason: string;
  readonly confidence: Confidence;
  readonly checks: readonly Check[];
  readonly findings: readonly Pick<Finding, 'signature'>[];
  readonly mismatches: readonly Pick<Mismatch, 'signature'>[];
}

/** Of a kernel record: `series` is null for a base kernel. */
export interface JudgedKernel {
  readonly id: string;
  readonly series: { readonly name: string } | null;
}

/** Who the failed jobs speak against. `both`: the base fails too, and the series in a way that the base does not. */
export type Blamed = 'base' | 'series' | 'both';

/**
 * A failure that the base kernel shows too is not the series' doing, whatever kernel it was seen on. Failures are told
 * apart by the signatures of what was found; a failure that left none (a hang, a broken bound) by its failed checks.
 *
 * @param failed jobs with status FAIL, at least one.
 */
export function blame(failed: readonly JudgedJob[], kernels: readonly JudgedKernel[]): Blamed {
  const bases = new Set(kernels.filter(({ series }) => series === null).map(({ id }) => id));
  const onBase = failed.filter((job) => bases.has(job.kernel));
  const known = new Set(onBase.flatMap(evidence));
  const news = failed
    .filter((job) => !bases.has(job.kernel))
    .some((job) => evidence(job).some((key) => !known.has(key)));
  if (onBase.length === 0) return 'series';
  return news ? 'both' : 'base';
}

function evidence(job: JudgedJob): string[] {
  const signatures = [...job.findings, ...job.mismatches].map(({ signature }) => signature);
  if (signatures.length > 0) return signatures;
  return job.checks.filter(({ status }) => status === 'FAIL').map(({ name }) => `check ${name}`);
}
