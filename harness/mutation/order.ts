import { z } from 'zod';
import type { Trial } from './hunt.ts';
import type { MutantState } from './run.ts';

/** What earlier hunts taught about one trial. */
export const lessonSchema = z.object({
  trial: z.string(),
  /** Mutants that it was tried on first or after others, and those of them that it killed. */
  tries: z.number().int().nonnegative(),
  kills: z.number().int().nonnegative(),
  /** Seconds of all its first runs. */
  seconds: z.number().nonnegative(),
});
export type Lesson = z.infer<typeof lessonSchema>;

/** @param states finished or not, of any campaign. By trial, in alphabetical order. */
export function learn(states: readonly Pick<MutantState, 'runs' | 'end'>[]): Lesson[] {
  const lessons = new Map<string, { tries: number; kills: number; seconds: number }>();
  for (const { runs, end } of states) {
    const seen = new Set<string>();
    for (const { trial, kernel, seconds } of runs) {
      if (kernel !== 'mutant' || seen.has(trial)) continue;
      seen.add(trial);
      const lesson = lessons.get(trial) ?? { tries: 0, kills: 0, seconds: 0 };
      lesson.tries += 1;
      lesson.kills += end?.trial === trial ? 1 : 0;
      lesson.seconds += seconds;
      lessons.set(trial, lesson);
    }
  }
  return [...lessons]
    .map(([trial, lesson]) => ({ trial, ...lesson }))
    .sort((a, b) => (a.trial < b.trial ? -1 : 1));
}

/** Of a trial that nobody has tried: as if it killed one of two. */
const PRIOR = { tries: 2, kills: 1 };

/**
 * Trials by kills a second, best first. Profiles keep their order, because each is a kernel to build; trials that are
 * worth the same keep theirs.
 *
 * @param guess seconds of a trial that nobody has tried.
 */
export function orderTrials<T extends Trial>(
  trials: readonly T[],
  lessons: readonly Lesson[],
  guess: (trial: T) => number,
): T[] {
  const profiles = [...new Set(trials.map(({ profile }) => profile))];
  const worth = (trial: T): number => {
    const lesson = lessons.find((one) => one.trial === trial.id);
    const { tries, kills, seconds } = lesson ?? { tries: 0, kills: 0, seconds: 0 };
    const rate = (kills + PRIOR.kills) / (tries + PRIOR.tries);
    const cost = tries === 0 ? guess(trial) : seconds / tries;
    return rate / Math.max(cost, 1);
  };
  return profiles.flatMap((profile) =>
    trials
      .filter((trial) => trial.profile === profile)
      .map((trial) => ({ trial, worth: worth(trial) }))
      .sort((a, b) => b.worth - a.worth)
      .map(({ trial }) => trial),
  );
}
