import { DUTY, type Columns } from './columns.ts';
import { OP, OUTCOME, type HistoryRecord } from './types.ts';

/** What the whole history says of a value and of a page: material for an explanation, not for the judgement. */
export interface Past {
  /** Who wrote the value; null for zero, and for a value that no operation of the history wrote. */
  readonly writer: HistoryRecord | null;
  /** Exchanges that found it, in time order. */
  readonly takers: readonly HistoryRecord[];
  /** Last call that had begun before `at` began and took the page's content away; it may be under way still. */
  readonly cleared: HistoryRecord | null;
  /** The same for its rights, of calls that had ended. */
  readonly protectedBy: HistoryRecord | null;
}

const covers = (record: HistoryRecord, page: number): boolean =>
  (page >= record.page && page < record.page + record.pages) ||
  (record.op === OP.MOVE && page >= record.target && page < record.target + record.pages);

const CLEARING: readonly number[] = [OP.MAP, OP.MAP_HINT, OP.UNMAP, OP.ZAP, OP.MOVE];

/** Calls whose success took away or replaced what was on a page. */
export const clears = (record: HistoryRecord): boolean => CLEARING.includes(record.op);

export function pastOf(columns: Columns, at: HistoryRecord, page: number, value: number): Past {
  let writer: HistoryRecord | null = null;
  const takers: HistoryRecord[] = [];
  let cleared: HistoryRecord | null = null;
  let protectedBy: HistoryRecord | null = null;
  for (let row = 0; row < columns.count; row++) {
    const op = columns.op[row]!;
    const record = columns.records[row]!;
    if (columns.outcome[row] !== OUTCOME.ok) continue;
    if (op === OP.XCHG && value !== 0 && columns.written[row] === value) writer = record;
    if (columns.duty[row] !== DUTY.required) continue;
    if (op === OP.XCHG) {
      if (value !== 0 && columns.seen[row] === value && record !== at) takers.push(record);
      continue;
    }
    if (record.start >= at.start || !covers(record, page)) continue;
    if (clears(record) && (cleared === null || record.end > cleared.end)) cleared = record;
    if (record.end >= at.start) continue;
    const rights = op === OP.PROTECT || op === OP.MAP || op === OP.MAP_HINT;
    if (rights && (protectedBy === null || record.end > protectedBy.end)) protectedBy = record;
  }
  takers.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  return { writer, takers, cleared, protectedBy };
}
