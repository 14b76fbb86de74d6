import type { Columns } from './columns.ts';
import { effectsOf, flips } from './effects.ts';
import { isReturn, rowOf } from './order.ts';
import { OP, OUTCOME } from './types.ts';

/** First page, and first page after, that a row can have had an effect on. */
function span(columns: Columns, row: number, arena: number): readonly [from: number, to: number] {
  const op = columns.op[row]!;
  const first = columns.page[row]!;
  if (op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ) return [first, first + 1];
  const record = columns.records[row]!;
  // A failed mremap can have touched the destination only.
  const from = op === OP.MOVE && record.outcome === OUTCOME.error ? record.target : first;
  return [Math.min(from, arena), Math.min(from + record.pages, arena)];
}

type Span = readonly [from: number, to: number];

/**
 * Which pages a fork bears on, apart from those that its child looked at: fork takes mmap_lock for writing, so calls
 * that let threads flip and had begun before it are over at its instant. On any other page it can be taken to happen
 * before whatever begins during it, and then it says nothing.
 */
class Barriers {
  private readonly columns: Columns;
  private readonly arena: number;
  private readonly open = new Map<number, Span>();
  private readonly forks = new Map<number, readonly Span[]>();

  constructor(columns: Columns, arena: number) {
    this.columns = columns;
    this.arena = arena;
  }

  follow(event: number): void {
    const row = rowOf(event);
    const op = this.columns.op[row]!;
    if (op !== OP.UNMAP && op !== OP.ZAP) return;
    if (isReturn(event)) this.open.delete(row);
    else if (effectsOf(this.columns.records[row]!).some(flips))
      this.open.set(row, span(this.columns, row, this.arena));
  }

  spansOf(event: number): readonly Span[] {
    const row = rowOf(event);
    const known = this.forks.get(row);
    if (known !== undefined) return known;
    const spans: Span[] = [];
    let end = 0;
    for (const [from, to] of [...this.open.values()].sort((a, b) => a[0] - b[0])) {
      if (to > end) spans.push([Math.max(from, end), to]);
      end = Math.max(end, to);
    }
    this.forks.set(row, spans);
    return spans;
  }
}

/**
 * A function that visits every event with each relevant page that it bears on, in the events' order.
 *
 * @param component number of each page's component, -1 for a page that is not relevant.
 * @param relevant the relevant pages, rising.
 */
export function spreader(
  columns: Columns,
  order: Int32Array,
  arena: number,
  component: Int32Array,
  relevant: readonly number[],
): (visit: (event: number, page: number) => void) => void {
  const rank = new Int32Array(arena + 1);
  for (let page = 0; page < arena; page++) rank[page + 1] = rank[page]! + (component[page]! >= 0 ? 1 : 0);
  return (visit) => {
    const barriers = new Barriers(columns, arena);
    for (const event of order) {
      const row = rowOf(event);
      if (columns.op[row] === OP.FORK) {
        for (const [from, to] of barriers.spansOf(event))
          for (let at = rank[from]!; at < rank[to]!; at++) visit(event, relevant[at]!);
        continue;
      }
      barriers.follow(event);
      const [from, to] = span(columns, row, arena);
      for (let at = rank[from]!; at < rank[to]!; at++) visit(event, relevant[at]!);
    }
  };
}
