import { kernelFails, pass, rigError, skip } from '../judgement.ts';
import { booted, interruption, wasInterrupted, type Rule } from './rule.ts';

/** Each fault took the path, the counters and the signal that the eligibility model predicts for it. */
export const eligibilityAsPredicted: Rule = {
  name: 'eligibility.as-predicted',
  judge(job) {
    const mismatches = job.mismatches.filter(({ model }) => model === 'eligibility');
    const first = mismatches[0];
    if (first !== undefined) {
      // Anything that holds a reference on the mm for a moment (a reader of /proc) moves a single fault: not certain.
      return kernelFails(
        `${mismatches.length} of the cases, first ${first.rule}: ${first.explanation}`,
        'likely',
      );
    }
    if (!booted(job) || job.workload?.produces !== 'cases') return null;
    if (job.cases === null || job.cases.judged === 0) {
      if (wasInterrupted(job)) return skip(`no cases: ${interruption(job)}`);
      return rigError(
        'harness',
        `no case was judged: ${job.cases?.skipped[0] ?? 'the workload reported none'}`,
      );
    }
    const skipped = job.cases.skipped.length === 0 ? '' : `, ${job.cases.skipped.length} not possible here`;
    return pass(`${job.cases.judged} cases as predicted${skipped}`);
  },
};
