import type { Choice } from './choice.ts';

/** Pages of an area: fewer than a page table has entries, so that an area is one table's. */
const PAGES = 16;
/** Where `move` goes to; the areas before it are those that are accessed. */
const DESTINATION = 'd';

/** What one actor does in a round. */
export interface Part {
  readonly name: string;
  /** Before anybody is held: memory as the round wants it. */
  readonly opening: readonly string[];
  /** What races. */
  readonly race: readonly string[];
  /** That of them which is most worth to be held in. */
  readonly windowed: number;
  /** What looks at it afterwards, when nobody is held. */
  readonly witness: readonly string[];
}

/** The accessors, and the one who changes what they access. */
export type Round = readonly [first: Part, second: Part, changer: Part];

/**
 * Rounds of two threads that mostly access few pages, and one that mostly changes what they are, one round after the other in one process.
 * Each begins with memory that is mapped anew. Every exchange has a value of its own, as a history wants it.
 */
export function chooseRounds(choose: Choice, count: number): Round[] {
  let values = 0;
  const exchange = (page: string): string => `exchange ${page} ${++values}`;
  let leftovers: readonly string[] = [];
  return Array.from({ length: count }, () => {
    const round = chooseRound(choose, exchange, leftovers);
    leftovers = round.areas;
    return round.parts;
  });
}

function chooseRound(choose: Choice, exchange: (page: string) => string, leftovers: readonly string[]) {
  // With neighbours there is a tree to walk and to rebalance.
  const areas = choose.one([['a'], ['a'], ['a', 'b', 'c']]);
  const area = choose.one(areas);
  const shared = `${area}+1`;
  const pages = [shared, `${area}+2`, `${choose.one(areas)}+3`];
  const changes = chooseChanges(choose, area, shared);
  const forks = changes.includes('fork');

  const accessor = (name: string, fresh: string, other: string): Part => {
    // What an actor has accessed is in its TLB.
    const warm = pages.filter(() => choose.chance(0.4));
    const access = (): string => {
      const page = choose.chance(0.6) ? shared : choose.one(pages);
      return choose.chance(0.8) ? exchange(page) : `load ${page}`;
    };
    const race = Array.from({ length: choose.between(1, 3) }, access);
    const windowed = choose.between(0, race.length - 1);
    // An access that faults: of a page that nobody has accessed, or of any that a fork has made read-only.
    race[windowed] = exchange(forks && choose.chance(0.7) ? shared : choose.chance(0.8) ? fresh : other);
    const opening = warm.map(exchange);
    const witness = choose.chance(0.7) ? [shared, fresh, ...pages.slice(1), other].map(exchange) : [];
    return { name, opening, race, windowed, witness };
  };
  // Its page table and anon_vma are there in most rounds.
  const table = choose.chance(0.9) ? [exchange(`${area}+9`)] : [];
  const first = accessor('first', `${area}+4`, `${area}+5`);
  const second = accessor('second', `${area}+5`, `${area}+4`);
  const changer: Part = {
    name: 'changer',
    opening: [
      ...leftovers.map((one) => `unmap ${one} ${PAGES}`),
      ...areas.map((one) => `map ${one} ${PAGES}`),
      ...table,
    ],
    race: changes,
    windowed: choose.between(0, changes.length - 1),
    witness: [],
  };
  const moved = changes.some((one) => one.startsWith('move')) ? [DESTINATION] : [];
  return { parts: [first, second, changer] as const, areas: [...areas, ...moved] };
}

/** One to four calls that change the area, or a page of it. */
function chooseChanges(choose: Choice, area: string, page: string): string[] {
  const whole = `${area} ${PAGES}`;
  const once = (): string[] =>
    choose.one([
      () => [`unmap ${whole}`],
      () => [`unmap ${whole}`, `map ${whole}`],
      () => [`unmap ${page} 1`],
      () => [`protect ${whole} r`],
      () => [`protect ${whole} r`, `protect ${whole} rw`],
      () => [`protect ${page} 1 ${choose.one(['r', 'none'])}`],
      () => [`discard ${whole}`],
      () => [`discard ${page} 1`],
      () => [`move ${whole} ${DESTINATION}`],
      () => [`move ${whole} ${DESTINATION}`, `map ${whole}`],
      () => ['fork'],
      () => ['fork'],
    ])();
  const changes = Array.from({ length: choose.between(1, 2) }, once).flat();
  return choose.chance(0.3) ? [...changes, 'grace'] : changes;
}
