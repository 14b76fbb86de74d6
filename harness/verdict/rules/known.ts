import { skip } from '../judgement.ts';
import type { Rule } from './rule.ts';

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

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
