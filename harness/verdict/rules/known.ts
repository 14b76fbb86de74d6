import { skip } from '../judgement.ts';
import type { Rule } from './rule.ts';
import { booted, wasInterrupted } from './rule.ts';

/** Says what was excused, so that a clean verdict does not look cleaner than it is. */
export const knownIssues: Rule = {
  name: 'known-issues',
  judge({ excused }) {
    if (excused.length === 0) return null;
    return skip(
      excused.map(({ id, reason, count }) => `known issue ${id}, seen ${times(count)}: ${reason}`).join('; '),
    );
  },
};

/** Says what should have been excused: an entry of the list that nothing needs any more hides what comes next. */
export const knownIssuesNotSeen: Rule = {
  name: 'known-issues.not-seen',
  judge(job) {
    if (job.unseen.length === 0 || !booted(job) || wasInterrupted(job)) return null;
    return skip(`known issue not seen: ${job.unseen.join(', ')}; is it mended?`);
  },
};

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
