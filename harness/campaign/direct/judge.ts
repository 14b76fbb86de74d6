import { historyOf } from '../../director/history.ts';
import type { DirectedSchedule } from '../../director/schedule.ts';
import { checkHistory } from '../../model/history/check.ts';
import type { Violation } from '../../model/history/types.ts';
import type { Played } from './try.ts';

/** A rule of histories that a performance breaks. */
export type Broken = Pick<Violation, 'rule' | 'explanation'>;

/** What the operations saw, against the model; why it could not be judged otherwise. */
export type Judged = { readonly broken: readonly Broken[] } | { readonly unjudged: string };

export function judgeHistory(schedule: DirectedSchedule, played: Played | null): Judged {
  if (played === null) return { unjudged: 'nothing was played' };
  const history = historyOf(schedule, played);
  if (typeof history === 'string') return { unjudged: history };
  const { violations, undecided } = checkHistory(history);
  const [doubt] = undecided;
  if (violations.length === 0 && doubt !== undefined) return { unjudged: doubt.reason };
  return { broken: violations.map(({ rule, explanation }) => ({ rule, explanation })) };
}
