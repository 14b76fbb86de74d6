import { kernelFails, pass, rigError, skip } from '../judgement.ts';
import { booted, interruption, wasInterrupted, type Rule } from './rule.ts';

/** Each directed program ended as it does on a kernel that is not at fault. */
export const directedOutcomes: Rule = {
  name: 'directed.outcomes',
  judge(job) {
    const mismatches = job.mismatches.filter(({ model }) => model === 'directed');
    const first = mismatches[0];
    if (first !== undefined) {
      const more = mismatches.length === 1 ? '' : ` (and ${mismatches.length - 1} more)`;
      return kernelFails(`${first.explanation}${more}`, 'certain');
    }
    if (!booted(job) || job.workload?.produces !== 'outcomes') return null;
    if (job.outcomes === null || job.outcomes.judged === 0) {
      if (wasInterrupted(job)) return skip(`no outcomes: ${interruption(job)}`);
      const why = job.outcomes?.skipped[0] ?? 'the workload reported none';
      return rigError('harness', `no directed program was judged: ${why}`);
    }
    const { judged, skipped } = job.outcomes;
    const rest = skipped.length === 0 ? '' : `; not possible here: ${skipped.join('; ')}`;
    return pass(`${judged} directed programs ended as they should${rest}`);
  },
};
