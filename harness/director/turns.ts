import { operationsOf } from './cast.ts';
import type { Point } from './point.ts';
import type { DirectedSchedule, RunStep } from './schedule.ts';

/** A turn of an actor, as the stage gives it (guest/lib/prompter.h). */
export interface Turn {
  readonly name: string;
  /** From 1. */
  readonly actor: number;
  /** It is over when so many of the actor's operations are done; with a point, when the actor is held there. */
  readonly goal: number;
  readonly milliseconds: number;
  readonly hold?: { readonly point: Point; readonly times: number };
  /** The actor may be held from a turn before, and has to be let go for this one. */
  readonly frees: boolean;
  readonly round: number | undefined;
}

/** The steps of a schedule that is `prompted`, as turns: one for each. */
export function turnsOf({ actors, steps }: Pick<DirectedSchedule, 'actors' | 'steps'>): Turn[] {
  const names = Object.keys(actors);
  const done = new Map<string, number>();
  const held = new Set<string>();
  let round: number | undefined;
  return (steps as readonly RunStep[]).map((step) => {
    const { run, until, times, within } = step;
    round = step.round ?? round;
    const count = operationsOf(actors[run]!).length;
    const before = done.get(run) ?? 0;
    const goal = until.kind === 'point' ? before + 1 : until.kind === 'end' ? count : until.index;
    if (until.kind !== 'point') done.set(run, goal);
    const frees = held.delete(run);
    if (until.kind === 'point') held.add(run);
    return {
      ...{ name: run, actor: names.indexOf(run) + 1, goal, frees, round },
      milliseconds: Math.round(within * 1000),
      ...(until.kind === 'point' && { hold: { point: until.point, times } }),
    };
  });
}

/** For the stage's command line. */
export const turnsText = (turns: readonly Turn[]): string =>
  turns
    .map(({ actor, goal, milliseconds, hold, frees }) =>
      [actor, goal, milliseconds, ...(hold !== undefined ? ['hold'] : frees ? ['ask'] : [])].join(' '),
    )
    .join('; ');
