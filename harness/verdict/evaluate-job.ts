import { badness, type Judgement } from './judgement.ts';
import type { JobObservation } from './observation.ts';
import { rules } from './rules/index.ts';
import { kernelRelease } from './rules/kernel.ts';
import { speculationCounts, speculativeShare } from './speculation.ts';
import type { Check, Confidence, Culprit, Status } from './words.ts';

export interface JobOutcome {
  readonly status: Status;
  readonly culprit: Culprit | null;
  /** One sentence: why the status is what it is. */
  readonly reason: string;
  /** How sure a FAIL is; `none` for anything else. */
  readonly confidence: Confidence;
  readonly checks: Check[];
  /** Numbers that follow from the counters, to be recorded among them: `speculative.share`, 0 to 1. */
  readonly derived: Record<string, number>;
}

type Named = Judgement & { readonly name: string };

/**
 * What one job means. Pure: the same observation gives the same outcome.
 *
 * Laws (test/verdict): a panic never ends as PASS; evidence of the rig alone never ends as FAIL; one more finding that
 * blames the kernel never makes the status better. When another kernel answered than the one that was built, nothing
 * counts against the built one and the job is the harness's ERROR.
 */
export function evaluateJob(job: JobObservation): JobOutcome {
  const judged = rules.flatMap((rule): Named[] => {
    const judgement = rule.judge(job);
    return judgement === null ? [] : [{ name: rule.name, ...judgement }];
  });
  const stranger = judged.some(({ name, status }) => name === kernelRelease.name && status !== 'PASS');
  const all = stranger ? judged.map(acquit) : judged;
  const worst = all.reduce<Named | undefined>(
    (a, b) => (a === undefined || badness(b.status) > badness(a.status) ? b : a),
    undefined,
  );
  return { ...conclude(job, worst, all), checks: all.map(toCheck), derived: derive(job) };
}

/** A job that is not wanted here; `why` is a sentence. */
export function skippedJob(why: string): JobOutcome {
  return { status: 'SKIP', culprit: null, reason: why, confidence: 'none', checks: [], derived: {} };
}

type Conclusion = Pick<JobOutcome, 'status' | 'culprit' | 'reason' | 'confidence'>;

function conclude(job: JobObservation, worst: Named | undefined, all: readonly Named[]): Conclusion {
  if (worst === undefined || badness(worst.status) < badness('PASS')) {
    return { status: 'ERROR', culprit: 'harness', reason: 'nothing was observed', confidence: 'none' };
  }
  if (worst.status === 'PASS') {
    const status = job.expectations.measuresOnly === true ? 'DONE' : 'PASS';
    return { status, culprit: null, reason: praise(all), confidence: 'none' };
  }
  const certain = all.some((judgement) => judgement.status === 'FAIL' && judgement.certain);
  const confidence = worst.status !== 'FAIL' ? 'none' : certain ? 'certain' : 'likely';
  return { status: worst.status, culprit: worst.culprit, reason: worst.detail, confidence };
}

function praise(all: readonly Named[]): string {
  const passed = all.filter(({ status }) => status === 'PASS').length;
  const skipped = all.filter(({ status }) => status === 'SKIP').length;
  return `${passed} checks passed${skipped === 0 ? '' : `, ${skipped} could not be made`}`;
}

function acquit(judgement: Named): Named {
  if (judgement.status !== 'FAIL') return judgement;
  return {
    ...judgement,
    status: 'ERROR',
    culprit: 'harness',
    detail: `${judgement.detail} (said by another kernel than the one built)`,
  };
}

const toCheck = ({ name, status, detail }: Named): Check => ({ name, status, detail });

function derive(job: JobObservation): Record<string, number> {
  if (job.kernel.series === null) return {};
  const share = speculativeShare(speculationCounts(job.counters, job.kernel.series.counter));
  return share === undefined ? {} : { 'speculative.share': share };
}
