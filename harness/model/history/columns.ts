import { WILD, effectsNumber, effectsOf } from './effects.ts';
import { OP, OUTCOME, type History, type HistoryRecord, type Op, type Outcome } from './types.ts';
import { ValueTable } from './values.ts';

/** How an operation counts: it must fit, it may have taken effect or not (cut.ts), or nothing is asked of it. */
export const DUTY = { required: 0, optional: 1, dropped: 2 } as const;
export type Duty = (typeof DUTY)[keyof typeof DUTY];

/**
 * The operations of a history as columns. An operation is its row number; rows of one thread are together and in that
 * thread's order, pending calls after the thread's last record.
 */
export interface Columns {
  readonly count: number;
  readonly records: readonly HistoryRecord[];
  /** Ticks since the first start, widened by the skew on both sides: real time lies inside the closed interval. */
  readonly start: Float64Array;
  /** Infinity where the end is unknown. */
  readonly end: Float64Array;
  readonly op: Uint8Array;
  readonly outcome: Uint8Array;
  readonly thread: Int32Array;
  readonly page: Int32Array;
  /** What was read, as a number of `values`; of a signal 0. */
  readonly seen: Int32Array;
  /** What was written, as a number of `values`; prot of MAP, MAP_HINT and PROTECT. */
  readonly written: Int32Array;
  readonly duty: Uint8Array;
  /** What the search needs of an operation, `LANE` numbers a row: one cache line instead of eight. */
  readonly hot: Int32Array;
  readonly values: ValueTable;
  /** Values with this number or a higher one were written by no operation of the history. */
  readonly firstUnwritten: number;
  readonly skew: number;
  /** A tick in the columns' time, not widened. */
  readonly ticks: (tick: bigint) => number;
}

/** Places in a row of `hot`. `shift` is what mremap adds to a page number; `effects` a number of effects.ts. */
export const LANE = {
  op: 0,
  thread: 1,
  seen: 2,
  written: 3,
  signal: 4,
  effects: 5,
  shift: 6,
  duty: 7,
  size: 8,
} as const;

/** A signal lane without a signal; and one where any si_code will do. */
export const NO_SIGNAL = -1;
export const ANY_CODE = 0;

const hasProt = (op: Op): boolean => op === OP.MAP || op === OP.MAP_HINT || op === OP.PROTECT;
const sees = (op: Op, outcome: Outcome): boolean =>
  outcome === OUTCOME.ok && (op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ);

/** Rows in thread order, with the pending calls after their thread's records. */
function flatten(history: History): HistoryRecord[] {
  const records: HistoryRecord[] = [];
  for (const [thread, own] of history.threads.entries()) {
    for (const record of own) records.push(record);
    for (const record of history.pending) if (record.thread === thread) records.push(record);
  }
  for (const record of history.pending) if (record.thread >= history.threads.length) records.push(record);
  return records;
}

function earliest(records: readonly HistoryRecord[]): bigint {
  let first: bigint | null = null;
  for (const { start } of records) if (first === null || start < first) first = start;
  return first ?? 0n;
}

/** Reads differences of 64-bit ticks as doubles, without a bigint subtraction per record. Exact up to 2^53 ticks. */
function tickReader(base: bigint): (tick: bigint) => number {
  const wide = new BigUint64Array(1);
  const halves = new Uint32Array(wide.buffer);
  const highIndex = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
  wide[0] = base;
  const baseHigh = halves[highIndex]!;
  const baseLow = halves[1 - highIndex]!;
  return (tick) => {
    wide[0] = tick;
    return (halves[highIndex]! - baseHigh) * 4294967296 + (halves[1 - highIndex]! - baseLow);
  };
}

/** Make the columns. Every duty is `required`, of pending calls `optional`; cut.ts and screen.ts take from there. */
export function columnsOf(history: History): Columns {
  const records = flatten(history);
  const count = records.length;
  const skew = Number(history.header.skew);
  const ticks = tickReader(earliest(records));
  const values = new ValueTable(count);
  const columns = {
    start: new Float64Array(count),
    end: new Float64Array(count),
    op: new Uint8Array(count),
    outcome: new Uint8Array(count),
    thread: new Int32Array(count),
    page: new Int32Array(count),
    seen: new Int32Array(count),
    written: new Int32Array(count),
    duty: new Uint8Array(count),
    hot: new Int32Array(0),
  };
  for (let row = 0; row < count; row++) {
    const record = records[row]!;
    const pending = record.outcome === OUTCOME.pending;
    const start = ticks(record.start);
    columns.start[row] = start - skew;
    columns.end[row] = pending ? Infinity : Math.max(start, ticks(record.end)) + skew;
    columns.op[row] = record.op;
    columns.outcome[row] = record.outcome;
    columns.thread[row] = record.thread;
    columns.page[row] = record.page;
    columns.duty[row] = pending ? DUTY.optional : DUTY.required;
    if (record.op === OP.XCHG) columns.written[row] = values.intern(record.value);
    else if (hasProt(record.op)) columns.written[row] = Number(record.value) & 7;
  }
  const firstUnwritten = values.count;
  for (let row = 0; row < count; row++) {
    const record = records[row]!;
    if (sees(record.op, record.outcome)) columns.seen[row] = values.intern(record.result);
  }
  return { count, records, ...columns, values, firstUnwritten, skew, ticks };
}

/** Fill `hot` when duties are settled. */
export function warm(columns: Columns): Columns {
  const hot = new Int32Array(columns.count * LANE.size);
  for (let row = 0; row < columns.count; row++) {
    const at = row * LANE.size;
    const op = columns.op[row]!;
    const outcome = columns.outcome[row]!;
    const access = op === OP.READ || op === OP.XCHG;
    hot[at + LANE.op] = op;
    hot[at + LANE.thread] = columns.thread[row]!;
    hot[at + LANE.seen] = columns.seen[row]!;
    hot[at + LANE.written] = columns.written[row]!;
    hot[at + LANE.duty] = columns.duty[row]!;
    hot[at + LANE.signal] = outcome === OUTCOME.signal ? columns.records[row]!.code : NO_SIGNAL;
    if (access) {
      hot[at + LANE.effects] = outcome === OUTCOME.pending ? WILD : 0;
      continue;
    }
    const record = columns.records[row]!;
    hot[at + LANE.effects] = effectsNumber(effectsOf(record));
    if (op === OP.MOVE && outcome !== OUTCOME.error) hot[at + LANE.shift] = record.target - record.page;
  }
  return { ...columns, hot };
}

/** The same columns where a SIGSEGV of any si_code explains one. */
export function forgetCodes(columns: Columns): Columns {
  const hot = columns.hot.slice();
  for (let at = LANE.signal; at < hot.length; at += LANE.size) if (hot[at] !== NO_SIGNAL) hot[at] = ANY_CODE;
  return { ...columns, hot };
}
