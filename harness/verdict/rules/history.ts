import { kernelFails, pass, rigError, skip, type Judgement } from '../judgement.ts';
import type { JobObservation, ObservedHistory } from '../observation.ts';
import { booted, interruption, wasInterrupted, type Rule } from './rule.ts';

/** Above this share of undecided pages the checker has not done its work. */
const MOST_UNDECIDED = 0.1;

/** Applies `judge` to the history of a job that should have one. */
function ofHistory(
  name: string,
  judge: (history: ObservedHistory, job: JobObservation) => Judgement | null,
): Rule {
  return {
    name,
    judge(job) {
      if (!booted(job) || job.workload?.produces !== 'history' || job.history === null) return null;
      return judge(job.history, job);
    },
  };
}

/** All that the guest did has reached us; a history that was cut by the machine's end is judged as far as it goes. */
export const historyComplete: Rule = {
  name: 'history.complete',
  judge(job) {
    if (!booted(job) || job.workload?.produces !== 'history') return null;
    if (job.history === null) {
      if (wasInterrupted(job)) return skip(`no history: ${interruption(job)}`);
      return rigError('harness', `${job.workload.id} left no history`);
    }
    const { complete, doubts, operations } = job.history;
    if (complete && doubts.length === 0) return pass(`${operations} operations`);
    const what = doubts[0] ?? 'it has no end mark';
    if (wasInterrupted(job)) return skip(`cut, ${operations} operations arrived: ${interruption(job)}`);
    return rigError('harness', `the history is not whole: ${what}`);
  },
};

/** Some order of the operations explains everything that the threads saw. */
export const historyExplained: Rule = {
  name: 'history.explained',
  judge(job) {
    const mismatches = job.mismatches.filter(({ model }) => model === 'history');
    const count = Math.max(job.history?.violations ?? 0, mismatches.length);
    if (count > 0) {
      const first = mismatches[0];
      const what = first === undefined ? '' : ` (${first.rule}): ${first.explanation}`;
      const untold = job.history?.untoldPages ?? 0;
      const more = untold === 0 ? '' : `, and ${untold} more pages`;
      const violations = `${count} violation${count === 1 ? '' : 's'}${more}${what}`;
      return job.emulationDoubt === null
        ? kernelFails(violations, 'certain')
        : kernelFails(`${violations} (${job.emulationDoubt})`, 'likely');
    }
    if (!booted(job) || job.history === null) return null;
    const { operations, pagesTouched } = job.history;
    return pass(`an order explains ${operations} operations on ${pagesTouched} pages`);
  },
};

/** The checker reached a decision on (nearly) every page. */
export const historyDecided = ofHistory('history.decided', (history) => {
  const { undecidedPages, pagesTouched, undecidedReason } = history;
  if (undecidedPages === 0) return pass('every page was judged');
  const detail = `${undecidedPages} of ${pagesTouched} pages could not be judged: ${undecidedReason ?? 'no reason given'}`;
  return undecidedPages > MOST_UNDECIDED * pagesTouched ? rigError('harness', detail) : skip(detail);
});

/** Accesses and structural calls overlapped. A run that raced nothing proves nothing, which is not the kernel's fault. */
export const historyRaced = ofHistory('history.raced', ({ overlaps, operations }, job) => {
  if (overlaps > 0) return pass(`${overlaps} accesses overlapped a structural call on their page`);
  if (wasInterrupted(job)) return skip(`nothing overlapped before: ${interruption(job)}`);
  return rigError(
    'harness',
    `no access overlapped a structural call in ${operations} operations: nothing is proved`,
  );
});
