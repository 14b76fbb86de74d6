import { ThreadBits, activate } from './active.ts';
import { LANE, type Columns } from './columns.ts';
import type { Components } from './components.ts';
import { Configuration } from './configuration.ts';
import { Group } from './group.ts';
import { isReturn, rowOf } from './order.ts';
import { parted } from './part.ts';
import { PageState, UNMAPPED } from './state.ts';
import { Trail, type Lately } from './trail.ts';
import { OP } from './types.ts';

export interface Limits {
  /** Configurations that may be looked at for one return. */
  readonly configurations: number;
}

/** No order is left for `row` on `page`. */
export interface Stuck {
  readonly row: number;
  readonly page: number;
  readonly pages: readonly number[];
  readonly before: readonly Configuration[];
  readonly lately: Lately;
  readonly bits: ThreadBits;
}

export interface Swept {
  readonly undecided: { readonly pages: readonly number[]; readonly reason: string } | null;
  readonly overlaps: number;
  readonly maxConfigurations: number;
}

/** Destination page of an mremap for one of its source pages; -1 for every other operation. */
export function partnerOf({ hot }: Columns, row: number, page: number): number {
  const shift = hot[row * LANE.size + LANE.shift]!;
  return shift === 0 ? -1 : page + shift;
}

const isStructural = (op: number): boolean => op >= OP.MAP && op <= OP.MOVE;
const isAccess = (op: number): boolean => op === OP.READ || op === OP.XCHG;

/** Operations under way that race this one: an access and a structural call, by the clock's own stamps. */
function racing(columns: Columns, group: Group, row: number): number {
  if (group.active.length === 0) return 0;
  const op = columns.op[row]!;
  const other = isAccess(op) ? isStructural : isStructural(op) ? isAccess : null;
  if (other === null) return 0;
  let count = 0;
  for (const active of group.active)
    if (other(active.op) && columns.end[active.row]! - columns.start[row]! >= 2 * columns.skew) count++;
  return count;
}

/**
 * Go through the events of one component in time order and keep every way the world can be (rules E and F in
 * steps.ts and accesses.ts). `found` is told of each operation that no order explains. Ends at the first of them after
 * which nothing is known, or when the search grows too large.
 */
export function sweep(
  columns: Columns,
  components: Components,
  component: number,
  initiallyMapped: boolean,
  limits: Limits,
  found: (stuck: Stuck) => void,
): Swept {
  const bits = new ThreadBits();
  const initial = initiallyMapped ? new PageState(true, 3, 0) : UNMAPPED;
  const groups = new Map<number, Group>();
  const trails = new Map<Group, Trail>();
  const enter = (group: Group): Group => {
    for (const page of group.pages) groups.set(page, group);
    trails.set(group, new Trail());
    return group;
  };
  for (let at = components.pageFrom[component]!; at < components.pageFrom[component + 1]!; at++)
    enter(new Group([components.pages[at]!], [new Configuration(0, [initial])]));

  const ends = components.eventFrom[component + 1]!;
  let overlaps = 0;
  let maxConfigurations = 1;
  const stop = (undecided: Swept['undecided']): Swept => ({
    undecided,
    overlaps,
    maxConfigurations,
  });
  const tooMany = (group: Group, reason: string): Swept => stop({ pages: group.pages, reason });

  for (let at = components.eventFrom[component]!; at < ends; at++) {
    const event = components.events[at]!;
    const page = components.eventPages[at]!;
    const row = rowOf(event);
    const group = groups.get(page)!;
    if (!isReturn(event)) {
      const partner = partnerOf(columns, row, page);
      const other = partner < 0 ? group : groups.get(partner)!;
      if (other !== group) {
        trails.delete(group);
        trails.delete(other);
        if (!group.join(other)) return tooMany(group, 'more than 31 operations under way at once');
        enter(group);
        if (group.configurations.length > limits.configurations)
          return tooMany(group, 'the pages that mremap ties together can be in too many ways');
      }
      trails.get(group)!.note(group, event, page);
      overlaps += racing(columns, group, row);
      const places = group.pages;
      const op = activate(columns, row, places.indexOf(page), places.indexOf(partner), bits);
      if (!group.begin(op)) return tooMany(group, 'more than 31 operations under way at once');
      continue;
    }
    trails.get(group)!.note(group, event, page);
    const index = group.pages.indexOf(page);
    const op = group.underWay(row, index)!;
    const before = group.configurations;
    const outcome = group.end(op, limits.configurations);
    maxConfigurations = Math.max(maxConfigurations, group.configurations.length);
    if (outcome === 'large')
      return tooMany(group, `more than ${limits.configurations} ways to order what happened at once`);
    if (outcome === 'stuck') {
      found({ row, page, pages: group.pages, before, lately: trails.get(group)!.lately(group), bits });
      // A wrong signal changed nothing; behind a wrong value nothing is known any more.
      if (op.signal === null) return stop(null);
      group.abandon(op);
    }
    if (group.pages.length > 1) {
      const parts = parted(group);
      if (parts.length > 1) {
        trails.delete(group);
        for (const part of parts) enter(part);
      }
    }
  }
  return stop(null);
}
