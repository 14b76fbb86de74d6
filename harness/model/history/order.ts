import { DUTY, type Columns } from './columns.ts';

/** Events are numbers: row * 2 for the call, row * 2 + 1 for the return. */
export const isReturn = (event: number): boolean => (event & 1) === 1;
export const rowOf = (event: number): number => event >> 1;

const rising = (times: Float64Array, rows: Int32Array): boolean => {
  for (let at = 1; at < rows.length; at++) if (times[rows[at]!]! < times[rows[at - 1]!]!) return false;
  return true;
};

/** The rows that count, by thread. */
function rowsOf(columns: Columns, counts: (row: number) => boolean): Int32Array[] {
  const sizes = new Map<number, number>();
  for (let row = 0; row < columns.count; row++)
    if (counts(row)) sizes.set(columns.thread[row]!, (sizes.get(columns.thread[row]!) ?? 0) + 1);
  const lists = new Map(
    [...sizes].map(([thread, size]) => [thread, { rows: new Int32Array(size), used: 0 }]),
  );
  for (let row = 0; row < columns.count; row++) {
    if (!counts(row)) continue;
    const list = lists.get(columns.thread[row]!)!;
    list.rows[list.used++] = row;
  }
  return [...lists.values()].map(({ rows }) => rows);
}

/** Each thread's calls and each thread's returns are in time order by themselves; sorted where a record is not. */
function streams(columns: Columns): { rows: Int32Array; returns: boolean }[] {
  const { duty, start, end } = columns;
  const inOrder = (rows: Int32Array, times: Float64Array): Int32Array =>
    rising(times, rows) ? rows : rows.sort((a, b) => times[a]! - times[b]! || a - b);
  const calls = rowsOf(columns, (row) => duty[row] !== DUTY.dropped);
  const returns = rowsOf(columns, (row) => duty[row] === DUTY.required);
  return [
    ...calls.map((rows) => ({ rows: inOrder(rows, start), returns: false })),
    ...returns.map((rows) => ({ rows: inOrder(rows, end), returns: true })),
  ];
}

/**
 * All events in time order, calls before returns at equal stamps (intervals are closed). Optional operations have no
 * return: nothing is asked of them. O(n log threads) by merging the threads' own orders.
 */
export function eventOrder(columns: Columns): Int32Array {
  const lists = streams(columns);
  const total = lists.reduce((sum, { rows }) => sum + rows.length, 0);
  const order = new Int32Array(total);
  const next = lists.map(() => 0);
  const timeOf = (list: number): number => {
    const { rows, returns } = lists[list]!;
    const row = rows[next[list]!]!;
    return returns ? columns.end[row]! : columns.start[row]!;
  };
  const times = lists.map((_, list) => timeOf(list));
  const before = (a: number, b: number): boolean =>
    times[a]! < times[b]! || (times[a] === times[b] && !lists[a]!.returns && lists[b]!.returns);
  const heap: number[] = [];
  const sink = (from: number): void => {
    let at = from;
    const item = heap[at]!;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  };
  for (let list = 0; list < lists.length; list++) heap.push(list);
  for (let at = heap.length >> 1; at >= 0; at--) if (heap.length > 0) sink(at);
  for (let at = 0; at < total; at++) {
    const list = heap[0]!;
    const { rows, returns } = lists[list]!;
    order[at] = rows[next[list]!]! * 2 + (returns ? 1 : 0);
    next[list]!++;
    if (next[list] === rows.length) {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    } else times[list] = timeOf(list);
    if (heap.length > 0) sink(0);
  }
  return order;
}
