import { DUTY, type Columns } from './columns.ts';
import { spreader } from './spread.ts';
import { OP, OUTCOME } from './types.ts';

/** Pages that must be judged together because mremap may have carried content between them, and their events. */
export interface Components {
  readonly count: number;
  /** Pages of component c: pages[pageFrom[c] … pageFrom[c+1]-1]. */
  readonly pages: Int32Array;
  readonly pageFrom: Int32Array;
  /** Events of component c, and the page of each: [eventFrom[c] … eventFrom[c+1]-1]. */
  readonly events: Int32Array;
  readonly eventPages: Int32Array;
  readonly eventFrom: Int32Array;
}

const isAccess = (op: number): boolean => op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ;

class Union {
  private readonly parent: Int32Array;
  constructor(size: number) {
    this.parent = Int32Array.from({ length: size }, (_, page) => page);
  }
  find(page: number): number {
    let root = page;
    while (this.parent[root] !== root) root = this.parent[root]!;
    while (this.parent[page] !== root) {
      const up = this.parent[page]!;
      this.parent[page] = root;
      page = up;
    }
    return root;
  }
  join(a: number, b: number): void {
    this.parent[this.find(a)] = this.find(b);
  }
}

const moves = (columns: Columns, row: number): boolean =>
  columns.op[row] === OP.MOVE && columns.outcome[row] !== OUTCOME.error;

/**
 * Join what mremap joins, leave out what nobody accessed, and hand out the events. Pages that no thread touched cost
 * nothing, however large the calls over them are.
 */
export function componentsOf(columns: Columns, order: Int32Array, arena: number): Components {
  const union = new Union(arena);
  const accessed = new Uint8Array(arena);
  for (let row = 0; row < columns.count; row++) {
    if (columns.duty[row] === DUTY.dropped) continue;
    if (isAccess(columns.op[row]!)) accessed[columns.page[row]!] = 1;
    else if (moves(columns, row)) {
      const { page, pages, target } = columns.records[row]!;
      for (let n = 0; n < pages; n++) union.join(page + n, target + n);
    }
  }
  const wanted = new Uint8Array(arena);
  for (let page = 0; page < arena; page++) if (accessed[page] === 1) wanted[union.find(page)] = 1;

  const component = new Int32Array(arena).fill(-1);
  const numbers = new Map<number, number>();
  const relevant: number[] = [];
  for (let page = 0; page < arena; page++) {
    const root = union.find(page);
    if (wanted[root] === 0) continue;
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    component[page] = number;
    relevant.push(page);
  }
  const count = numbers.size;
  const each = spreader(columns, order, arena, component, relevant);
  const eventFrom = new Int32Array(count + 1);
  each((_, page) => eventFrom[component[page]! + 1]!++);
  const pageFrom = new Int32Array(count + 1);
  for (const page of relevant) pageFrom[component[page]! + 1]!++;
  for (let at = 0; at < count; at++) {
    eventFrom[at + 1]! += eventFrom[at]!;
    pageFrom[at + 1]! += pageFrom[at]!;
  }
  const events = new Int32Array(eventFrom[count]!);
  const eventPages = new Int32Array(eventFrom[count]!);
  const filled = eventFrom.slice();
  each((event, page) => {
    const at = filled[component[page]!]!++;
    events[at] = event;
    eventPages[at] = page;
  });
  const pages = new Int32Array(relevant.length);
  const placed = pageFrom.slice();
  for (const page of relevant) pages[placed[component[page]!]!++] = page;
  return { count, pages, pageFrom, events, eventPages, eventFrom };
}
