import type { Choice } from './choice.ts';

/** Who does what, before anybody is held. */
export interface ExploredProgram {
  readonly setup: readonly string[];
  readonly actors: readonly ExploredActor[];
}

export interface ExploredActor {
  readonly name: string;
  /** What races. */
  readonly race: readonly string[];
  /** That of them which is most worth to be held in. */
  readonly windowed: number;
  /** What looks at it afterwards, when nobody is held. */
  readonly witness: readonly string[];
}

/** Pages of an area: fewer than a page table has entries, so that an area is one table's. */
export const PAGES = 16;
/** Where `move` goes to; the areas before it are those that are accessed. */
const DESTINATION = 'd';

/**
 * Two threads that mostly access few pages, and one that mostly changes what they are. Every exchange has a value of its own, as a history
 * wants it.
 */
export function chooseProgram(choose: Choice): ExploredProgram {
  let values = 0;
  const exchange = (page: string): string => `exchange ${page} ${++values}`;
  // With neighbours there is a tree to walk and to rebalance.
  const areas = choose.one([['a'], ['a'], ['a', 'b', 'c']]);
  const area = choose.one(areas);
  const pages = [`${area}+1`, `${area}+2`, `${choose.one(areas)}+3`];
  // Accessed by one actor alone before the end, so that this access faults.
  const fresh = { first: `${area}+4`, second: `${area}+5` };
  // There is a page table and an anon_vma, and maybe the pages.
  const populated = [`${area}+9`, ...pages.filter(() => choose.chance(0.4))];
  const setup = [...areas.map((one) => `map ${one} ${PAGES}`), ...populated.map((page) => exchange(page))];

  const access = (): string => {
    const page = choose.one(pages);
    return choose.chance(0.7) ? exchange(page) : `load ${page}`;
  };
  const discard = (): string[] => [`discard ${choose.one([`${area} ${PAGES}`, `${area}+1 1`])}`];
  const change = (): string[] =>
    choose.one([
      () => [`unmap ${area} ${PAGES}`],
      () => [`unmap ${area} ${PAGES}`, `map ${area} ${PAGES}`],
      () => [`unmap ${area}+1 1`],
      () => [`protect ${area} ${PAGES} r`],
      () => [`protect ${area} ${PAGES} r`, `protect ${area} ${PAGES} rw`],
      () => [`protect ${area}+1 1 ${choose.one(['r', 'none'])}`],
      discard,
      () => [...discard(), `protect ${area} ${PAGES} r`],
      () => [`move ${area} ${PAGES} ${DESTINATION}`],
      () => [`fork`],
      () => [`fork`],
    ])();

  const accessor = (name: keyof typeof fresh): ExploredActor => {
    const race = Array.from({ length: choose.between(2, 4) }, () =>
      choose.chance(0.85) ? [access()] : discard(),
    ).flat();
    // The others are accessed again and again, so that most accesses of them find their page.
    const windowed = choose.between(0, race.length - 1);
    race[windowed] = exchange(fresh[name]);
    return {
      name,
      race,
      windowed,
      witness: [...Object.values(fresh), ...pages].map((page) => exchange(page)),
    };
  };
  const before = choose.chance(0.3) ? [access()] : [];
  const changer: ExploredActor = {
    name: 'changer',
    race: [...before, ...change(), ...(choose.chance(0.3) ? change() : [])],
    windowed: before.length,
    witness: [],
  };
  return { setup, actors: [accessor('first'), accessor('second'), changer] };
}
