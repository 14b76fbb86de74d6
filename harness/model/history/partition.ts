import type { Survey } from './survey.ts';

/** Which pages must be judged together, and which are to be judged at all. */
export interface Partition {
  /** Number of each page's component; -1 where nobody looked. */
  readonly component: Int32Array;
  readonly pages: readonly (readonly number[])[];
}

/**
 * Pages that mremap may have carried content between belong together; those that no thread looked at cost nothing.
 * @param until moves that began later say nothing, in the survey's ticks.
 */
export function partitionOf({ accessed, moves }: Survey, until: number): Partition {
  const arena = accessed.length;
  const parent = Int32Array.from({ length: arena }, (_, page) => page);
  const find = (page: number): number => {
    let root = page;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = page; parent[at] !== root;) {
      const up = parent[at]!;
      parent[at] = root;
      at = up;
    }
    return root;
  };
  for (const { page, target, pages, start } of moves)
    if (start < until) for (let at = 0; at < pages; at++) parent[find(page + at)] = find(target + at);
  const wanted = new Uint8Array(arena);
  for (let page = 0; page < arena; page++) if (accessed[page] === 1) wanted[find(page)] = 1;
  const component = new Int32Array(arena).fill(-1);
  const numbers = new Map<number, number>();
  const pages: number[][] = [];
  for (let page = 0; page < arena; page++) {
    const root = find(page);
    if (wanted[root] === 0) continue;
    let number = numbers.get(root);
    if (number === undefined) {
      number = pages.length;
      numbers.set(root, number);
      pages.push([]);
    }
    component[page] = number;
    pages[number]!.push(page);
  }
  return { component, pages };
}

/** The partition with only every `of`th component in it, for one of several that share the work. */
export function shareOf(component: Int32Array, share: number, of: number): Int32Array {
  return component.map((number) => (number >= 0 && number % of === share ? number : -1));
}
