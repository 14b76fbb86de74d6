import type { ScheduleFile } from '../schedule.ts';
import { chosen, type Choice } from './choice.ts';
import { type Doing, doingsOf, type Places } from './points.ts';
import { changesTree, chooseRounds, type Part, type Round } from './program.ts';

type StepFile = Record<string, string | number | boolean>;

/** Rounds of a schedule: they share the start of a process, and an eye can still read it. */
const ROUNDS = 12;
/** Seconds for somebody to come to a place where nobody is waited for; who waits for a lock is left waiting before that. */
const SOON = 0.2;
/** At the end of a round, where nobody is held any more. */
const LATE = 10;

/** A part of a round, and how many operations its actor has done before it. */
interface Placed extends Part {
  readonly before: number;
}

/**
 * The schedule that a seed makes, the `nth` of it: rounds of random operations. In each,
 *
 * - hold: one actor is held in a window while the others do what they do;
 * - nested: another one is held in a window of its own meanwhile;
 * - switch: priorities that change at few places (PCT, Burckhardt et al., ASPLOS 2010): the first of an order goes on until it comes to a
 *   place of change, and is the last one from there on.
 */
export function exploredSchedule(places: Places, seed: number, nth: number, profile: string): ScheduleFile {
  return chosen(seed, nth, (choose) => {
    const rounds = chooseRounds(choose, ROUNDS);
    return {
      title: `exploration ${seed}, schedule ${nth}`,
      story: `Made at random by \`spf explore --seed ${seed}\`.`,
      ...{ profile, prompted: true, setup: '' },
      ...perform(rounds, places, choose),
      expect: { finding: 'any', history: 'any' },
    };
  });
}

/** Rounds, one after the other, as operations and steps. */
function perform(
  rounds: readonly Round[],
  places: Places,
  choose: Choice,
): Pick<ScheduleFile, 'actors' | 'steps'> {
  const operations: Record<string, string[]> = {};
  const steps = rounds.flatMap((round, nth) => {
    const placed = round.map((part): Placed => {
      const mine = (operations[part.name] ??= []);
      const before = mine.length;
      mine.push(...part.opening, ...part.race, ...part.witness);
      return { ...part, before };
    });
    const [begin, ...rest] = stepsOf(placed, places, choose);
    return [{ round: nth + 1, ...begin }, ...rest];
  });
  const actors = Object.entries(operations).map(([name, all]) => [name, all.join('; ')]);
  return { actors: Object.fromEntries(actors) as Record<string, string>, steps };
}

function stepsOf(parts: readonly Placed[], places: Places, choose: Choice): StepFile[] {
  const opening = parts
    .toReversed()
    .flatMap((part) => (part.opening.length > 0 ? [until(part, 0, LATE)] : []));
  const mode = choose.one([hold, hold, hold, nested, nested, switches]);
  const placeOf = placesOfRound(parts, places, choose);
  const over = parts.map((part) => until(part, part.race.length, LATE));
  const witness = choose
    .shuffled(parts)
    .flatMap((part) =>
      part.witness.length > 0 ? [until(part, part.race.length + part.witness.length, LATE)] : [],
    );
  return [...opening, ...mode(parts, placeOf, choose), ...over, ...witness];
}

/** One of the places of an operation; undefined where it has none. */
type PlaceOf = (operation: string) => string | undefined;

/**
 * Where it is worth to be held in a fault depends on what races with it: in the lookup where VMAs are freed, which takes a grace period;
 * less where the tree only changes; and else only behind it.
 */
function placesOfRound(parts: readonly Part[], places: Places, choose: Choice): PlaceOf {
  const races = parts.flatMap(({ race }) => race);
  const frees = races.includes('grace');
  const lookup = frees ? 3 : races.some(changesTree) ? 1 : 0;
  const weights: Partial<Record<Doing, number>> = { lookup, commit: frees ? 1 : 2 };
  return (operation) => {
    const doings = doingsOf(operation)
      .filter((doing) => places[doing].length > 0)
      .flatMap((doing) => Array.from({ length: weights[doing] ?? 1 }, () => doing));
    return doings.length > 0 ? choose.one(places[choose.one(doings)]) : undefined;
  };
}

const perhaps = (run: string, goal: string, within: number): StepFile => ({
  ...{ run, until: goal },
  perhaps: true,
  within,
});

/** Until so many of its racing operations are done. */
const until = ({ name, before, opening }: Placed, done: number, within = SOON): StepFile =>
  perhaps(name, `operation ${before + opening.length + done + 1}`, within);

/** Into one of its operations as far as one of the places of that; nothing where it has none. */
function into(part: Placed, placeOf: PlaceOf, choose: Choice): StepFile[] {
  const operation = choose.chance(0.8) ? part.windowed : choose.between(0, part.race.length - 1);
  const place = placeOf(part.race[operation]!);
  if (place === undefined) return [];
  const times = choose.chance(0.93) ? 1 : 2;
  return [
    ...(operation > 0 ? [until(part, operation)] : []),
    { ...perhaps(part.name, place, SOON), ...(times > 1 && { times }) },
  ];
}

const wholeRace = (part: Placed): StepFile => until(part, part.race.length);

function hold(parts: readonly Placed[], placeOf: PlaceOf, choose: Choice): StepFile[] {
  // The changer as often as both accessors.
  const held = choose.one([...parts, parts.at(-1)!]);
  const others = choose.shuffled(parts.filter((one) => one !== held));
  const before = others.filter(({ race }) => race.length > 1 && choose.chance(0.3));
  return [
    ...before.map((one) => until(one, choose.between(1, one.race.length - 1))),
    ...into(held, placeOf, choose),
    ...others.map(wholeRace),
    wholeRace(held),
  ];
}

function nested(parts: readonly Placed[], placeOf: PlaceOf, choose: Choice): StepFile[] {
  const [outer, inner, other] = choose.shuffled(parts) as [Placed, Placed, Placed];
  return [
    ...into(outer, placeOf, choose),
    ...into(inner, placeOf, choose),
    wholeRace(other),
    ...choose.shuffled([outer, inner]).map(wholeRace),
  ];
}

function switches(parts: readonly Placed[], placeOf: PlaceOf, choose: Choice): StepFile[] {
  const order = choose.shuffled(parts);
  const steps: StepFile[] = [];
  for (let changes = choose.between(1, 4); changes > 0; changes--) {
    const [first] = order as [Placed];
    steps.push(...into(first, placeOf, choose));
    order.push(order.shift()!);
  }
  return [...steps, ...order.map(wholeRace)];
}
