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
  // What the round is about: most accesses and all changes of one page are of it.
  const target = `${area}+1`;
  const changes = chooseChanges(choose, area, target);
  const changed = (call: string): boolean => changes.some((one) => one.startsWith(call));
  const others = [`${area}+2`, `${choose.one(areas)}+3`];
  const own = { first: `${area}+4`, second: `${area}+5` };
  const all = [target, ...others, own.first, own.second];
  const moved = changed('move') ? [target, own.first, own.second].map(destinationOf) : [];
  // A page that is shared with a child is copied when it is stored to; what a move takes along must be there; what faults must not.
  const spawn = choose.chance(0.25);
  const mapped = spawn || choose.chance(changed('fork') ? 0.9 : changed('move') ? 0.8 : 0.15);

  const accessor = (name: 'first' | 'second'): Part => {
    const access = (among: readonly string[]): string =>
      choose.chance(0.8) ? exchange(choose.one(among)) : `load ${choose.one(among)}`;
    const page = choose.chance(0.8) ? target : choose.one([own[name], own[name], own.first, own.second]);
    // Nothing before it is of the same page: it would not fault any more.
    const before = choose.chance(0.3) ? [access(others)] : [];
    const windowed = exchange(moved.length > 0 && choose.chance(0.3) ? destinationOf(page) : page);
    const after = choose.chance(0.4) ? [access([target, ...others])] : [];
    // What an actor has accessed is in its TLB.
    const warm = [...(mapped ? [target] : []), ...others].filter(() => choose.chance(0.6));
    return {
      name,
      opening: warm.map(exchange),
      race: [...before, windowed, ...after],
      windowed: before.length,
      witness: choose.chance(0.9) ? [...all, ...moved].map(exchange) : [],
    };
  };
  const first = accessor('first');
  const second = accessor('second');
  // Its page table and anon_vma are there in most rounds, and the table of where it is moved to: a fault wants them.
  const table = choose.chance(0.9) ? [exchange(`${area}+9`)] : [];
  const beyond = `${DESTINATION}+${PAGES}`;
  const destination = moved.length > 0 ? [`map ${beyond} 1`, exchange(beyond)] : [];
  const changer: Part = {
    name: 'changer',
    opening: [
      // With the page beyond.
      ...leftovers.map((one) => `unmap ${one} ${PAGES + 1}`),
      ...areas.map((one) => `map ${one} ${PAGES}`),
      ...table,
      ...destination,
      ...(spawn ? [exchange(target), 'spawn'] : []),
    ],
    race: [...changes, ...(changes.some(changesTree) && choose.chance(0.5) ? ['grace'] : [])],
    windowed: choose.between(0, changes.length - 1),
    witness: [],
  };
  return {
    parts: [first, second, changer] as const,
    areas: moved.length > 0 ? [...areas, DESTINATION] : areas,
  };
}

const destinationOf = (page: string): string => page.replace(/^./, DESTINATION);

/** Whether it changes the tree of VMAs, which a lookup walks. No round only maps: a grace period after its changes may free something. */
export const changesTree = (operation: string): boolean => /^(map|unmap|protect|move) /.test(operation);

/** One to four calls that change the area, or a page of it. Few of them undo what another has done, which hides it. */
function chooseChanges(choose: Choice, area: string, page: string): string[] {
  const whole = `${area} ${PAGES}`;
  const once = (): string[] =>
    choose.one([
      () => [`unmap ${whole}`],
      () => [`unmap ${whole}`],
      () => [`unmap ${page} 1`],
      () => [`unmap ${page} 1`],
      () => [`unmap ${whole}`, `map ${whole}`],
      () => [`protect ${whole} r`],
      () => [`protect ${whole} r`],
      () => [`protect ${page} 1 ${choose.one(['r', 'none'])}`],
      () => [`protect ${page} 1 ${choose.one(['r', 'none'])}`],
      () => [`protect ${whole} r`, `protect ${whole} rw`],
      () => [`discard ${choose.one([whole, `${page} 1`])}`],
      () => [`move ${whole} ${DESTINATION}`],
      () => [`move ${whole} ${DESTINATION}`],
      () => [`move ${whole} ${DESTINATION}`, `map ${whole}`],
      () => ['fork'],
      () => ['fork'],
      () => ['fork'],
    ])();
  return Array.from({ length: choose.chance(0.8) ? 1 : 2 }, once).flat();
}
