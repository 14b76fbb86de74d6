import type { ScheduleFile } from '../schedule.ts';
import { chosen, type Choice } from './choice.ts';
import { doingOf, type Places } from './points.ts';
import { chooseProgram, type ExploredActor } from './program.ts';

type StepFile = Record<string, string | number | boolean>;

/** Seconds for somebody to come to a place where nobody is waited for; who takes longer waits for somebody who is kept. */
const SOON = 0.5;
/** At the end, where nobody is kept any more. */
const LATE = 10;

/**
 * The schedule that a seed makes, the `nth` of it: of random operations, and one of
 *
 * - hold: one actor is held in a window while the others do what they do;
 * - switch: priorities that change at few places (PCT, Burckhardt et al., ASPLOS 2010): the first of an order goes on until it comes to a
 *   place of change, and is the last one from there on.
 */
export function exploredSchedule(places: Places, seed: number, nth: number, profile: string): ScheduleFile {
  return chosen(seed, nth, (choose) => {
    const program = chooseProgram(choose);
    const { setup, actors } = program;
    const [mode, race] = choose.chance(0.65)
      ? (['hold', hold(actors, places, choose)] as const)
      : (['switch', switches(actors, places, choose)] as const);
    const over = actors.map((actor) => until(actor, actor.race.length, LATE));
    const witnesses = choose.shuffled(actors).map(({ name }) => perhaps(name, 'end', LATE));
    return {
      title: `exploration ${seed}, schedule ${nth}: ${mode}`,
      story: `Made at random by \`spf explore --seed ${seed}\`.`,
      profile,
      setup: setup.join('; '),
      actors: Object.fromEntries(
        actors.map(({ name, race, witness }) => [name, [...race, ...witness].join('; ')]),
      ),
      steps: [...race, ...over, ...witnesses],
      expect: { finding: 'any', history: 'any' },
    };
  });
}

const perhaps = (run: string, goal: string, within = SOON): StepFile => ({
  run,
  until: goal,
  perhaps: true,
  within,
});

/** Until so many of its operations are done. */
const until = ({ name }: ExploredActor, done: number, within = SOON): StepFile =>
  perhaps(name, `operation ${done + 1}`, within);

/** Into one of its operations as far as one of the places of that; nothing where it has none. */
function into(actor: ExploredActor, places: Places, choose: Choice): StepFile[] {
  const operation = choose.chance(0.75) ? actor.windowed : choose.between(0, actor.race.length - 1);
  const among = places[doingOf(actor.race[operation]!)];
  if (among.length === 0) return [];
  const times = choose.chance(0.8) ? 1 : choose.between(2, 3);
  return [
    until(actor, operation),
    { ...perhaps(actor.name, choose.one(among)), ...(times > 1 && { times }) },
  ];
}

function hold(actors: readonly ExploredActor[], places: Places, choose: Choice): StepFile[] {
  // A change has more windows than an access, and fewer of them are passed by.
  const held = choose.chance(0.5) ? actors.at(-1)! : choose.one(actors);
  const others = choose.shuffled(actors.filter((one) => one !== held));
  const before = others.filter(() => choose.chance(0.5));
  const some = ({ race }: ExploredActor): number => choose.between(1, race.length);
  return [
    ...before.map((one) => until(one, some(one) - 1)),
    ...into(held, places, choose),
    ...others.map((one) => until(one, choose.chance(0.6) ? one.race.length : some(one))),
    ...(choose.chance(0.1) ? [{ wait: 'a grace period', perhaps: true, within: 2 * SOON }] : []),
    until(held, held.race.length),
  ];
}

function switches(actors: readonly ExploredActor[], places: Places, choose: Choice): StepFile[] {
  const order = choose.shuffled(actors);
  const steps: StepFile[] = [];
  for (let changes = choose.between(1, 4); changes > 0; changes--) {
    const [first] = order as [ExploredActor];
    steps.push(...into(first, places, choose));
    order.push(order.shift()!);
  }
  for (const one of order) steps.push(until(one, one.race.length));
  return steps;
}
