import type { Finding } from '../../console/finding.ts';
import type { DirectedSchedule } from '../../director/schedule.ts';
import type { Broken } from './judge.ts';
import type { Played } from './try.ts';

/**
 * What one try came to: `reproduced` has what the schedule expects; `harmed` a finding that it does not expect; `clean` was
 * played to its end and nothing came of it; `left` and `infeasible` as in Outcome; `rig` could not be judged.
 */
export type Conclusion = 'reproduced' | 'harmed' | 'clean' | 'left' | 'infeasible' | 'rig';

/**
 * What comes of a try, in this order: what the schedule expects, other harm, a rig that could not judge, and how far the kernel went
 * along.
 *
 * @param broken what the history of it breaks.
 * @param trouble why the rig could not go on, or null.
 */
export function conclude(
  { expect }: Pick<DirectedSchedule, 'expect'>,
  played: Pick<Played, 'outcome' | 'results' | 'trouble'> | null,
  findings: readonly Pick<Finding, 'title'>[],
  broken: readonly Broken[],
  trouble: string | null,
): { conclusion: Conclusion; text: string } {
  const wanted = expect.finding;
  const found = findings.find(
    ({ title }) => wanted === 'any' || (wanted !== undefined && title.includes(wanted)),
  );
  if (found !== undefined) return { conclusion: 'reproduced', text: found.title };
  const violated = broken.find(({ rule }) => expect.history === 'any' || rule === expect.history);
  if (violated !== undefined) return { conclusion: 'reproduced', text: brokenText(violated) };
  const harm = expect.results?.find(
    ({ actor, operation, is }) => played?.results[actor]?.[operation - 1] === is,
  );
  if (harm !== undefined && played?.outcome.kind === 'played')
    return {
      conclusion: 'reproduced',
      text: `operation ${harm.operation} of ${harm.actor} gave ${harm.is}`,
    };
  const [other] = findings;
  if (other !== undefined) return { conclusion: 'harmed', text: other.title };
  const [rule] = broken;
  if (rule !== undefined) return { conclusion: 'harmed', text: brokenText(rule) };
  if (trouble !== null || played === null)
    return { conclusion: 'rig', text: trouble ?? 'nothing was played' };
  if (played.outcome.kind !== 'played')
    return { conclusion: played.outcome.kind, text: `step ${played.outcome.step}: ${played.outcome.text}` };
  if (played.trouble !== null) return { conclusion: 'rig', text: played.trouble };
  return { conclusion: 'clean', text: 'played to its end, and nothing came of it' };
}

const brokenText = ({ rule, explanation }: Broken): string => `${rule}: ${explanation}`;
