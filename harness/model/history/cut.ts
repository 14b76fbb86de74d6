import { DUTY, type Columns } from './columns.ts';
import { effectsOf } from './effects.ts';
import { OP, OUTCOME, type History, type HistoryRecord } from './types.ts';

/*
 * A guest that dies leaves a cut history: of every thread an unbroken beginning, the calls under way when the drainer
 * last looked, and the tick C before which every operation that had ended is there. What may be judged?
 *
 * - An operation that is not there ended at C or later (by its own CPU's clock, so the skew is taken off). A thread's
 *   later operations begin after that: of each thread at most one missing operation began before C.
 * - If that one is a call, the drainer, which takes C first and then looks, saw it: it is in `pending`, or it took
 *   effect after C.
 * - If it is a load, nothing hangs on it. If it is an exchange, it may have taken effect before C. Either nobody whose
 *   operation is there saw its value: then every order of the rest that has it has an order without it, because
 *   between it and the next zeroing call there is no witness. Or somebody did: then the value is one that no
 *   operation here wrote, and a "wild" exchange that writes just that value, once, is added, at most one a thread.
 *
 * So: required is what ended before C; optional is what began before C and ended later, pending calls, and wild
 * exchanges; all else is left out. A page that mremap ties to others and where a wild value was seen is not judged,
 * because the exchange may have been on any of them.
 */

export interface Horizon {
  /** In the columns' widened time; Infinity for a whole history, -Infinity when nothing can be judged. */
  readonly until: number;
  /** The same as a tick of the history. */
  readonly tick: bigint;
  readonly doubts: readonly string[];
}

/** A record missing in the middle of a thread: from there on nothing is known of that thread. */
function gaps(history: History): { tick: bigint; doubt: string }[] {
  const found: { tick: bigint; doubt: string }[] = [];
  for (const [thread, records] of history.threads.entries()) {
    const at = records.findIndex((record, index) => record.sequence !== index);
    if (at < 0) continue;
    const doubt = `thread ${thread} has record ${records[at]!.sequence} where ${at} should be: nothing after it is judged`;
    found.push({ tick: at === 0 ? 0n : records[at - 1]!.end, doubt });
  }
  return found;
}

export function horizonOf(history: History, columns: Columns): Horizon {
  const broken = gaps(history);
  if (history.complete && broken.length === 0) return { until: Infinity, tick: 0n, doubts: [] };
  const doubts = broken.map(({ doubt }) => doubt);
  let tick = history.complete ? null : history.completeUntil;
  for (const gap of broken) if (tick === null || gap.tick < tick) tick = gap.tick;
  if (tick === null || tick === 0n)
    return {
      until: -Infinity,
      tick: 0n,
      doubts: [...doubts, 'the history ends before its first progress mark'],
    };
  return { until: columns.ticks(tick) - 2 * columns.skew, tick, doubts };
}

const bearsEffect = (columns: Columns, row: number): boolean => {
  const record = columns.records[row]!;
  if (record.op === OP.XCHG) return record.outcome === OUTCOME.ok || record.outcome === OUTCOME.pending;
  if (record.op === OP.READ || record.op === OP.CHILD_READ || record.op === OP.FORK) return false;
  return effectsOf(record).length > 0;
};

/** Set the duties of a history that was cut there. */
export function cutAt(columns: Columns, { until }: Horizon): void {
  for (let row = 0; row < columns.count; row++) {
    if (columns.duty[row] === DUTY.required && columns.end[row]! < until) continue;
    const matters = columns.start[row]! < until && bearsEffect(columns, row);
    columns.duty[row] = matters ? DUTY.optional : DUTY.dropped;
  }
}

const seesValue = (op: number): boolean => op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ;

/** First record in which each value appears that no operation wrote; required ones only, or all that count. */
function unwritten(columns: Columns, duties: readonly number[]): Map<number, HistoryRecord> {
  const found = new Map<number, HistoryRecord>();
  for (let row = 0; row < columns.count; row++) {
    const value = columns.seen[row]!;
    if (value < columns.firstUnwritten || !seesValue(columns.op[row]!)) continue;
    if (duties.includes(columns.duty[row]!) && !found.has(value)) found.set(value, columns.records[row]!);
  }
  return found;
}

function earliestLoss(history: History, { tick }: Horizon): bigint {
  let first: bigint | null = null;
  let loss = tick;
  for (const records of history.threads) {
    const begin = records[0]?.start;
    if (begin !== undefined && (first === null || begin < first)) first = begin;
    const last = records.at(-1)?.end ?? 0n;
    if (last < loss) loss = last;
  }
  return first !== null && loss < first ? first : loss;
}

/**
 * The exchanges that must have been lost, because their values were seen. Empty when more such values were seen than
 * there are threads: then not all of them can have been lost, and the search will say which is wrong.
 */
export function wildExchanges(history: History, columns: Columns, horizon: Horizon): HistoryRecord[] {
  if (horizon.until === Infinity) return [];
  if (unwritten(columns, [DUTY.required]).size > history.threads.length) return [];
  const seen = [...unwritten(columns, [DUTY.required, DUTY.optional]).values()];
  const start = earliestLoss(history, horizon);
  return seen.map((record, index) => ({
    ...record,
    start,
    end: 0n,
    value: record.result,
    result: 0n,
    op: OP.XCHG,
    outcome: OUTCOME.pending,
    thread: history.threads.length + index,
    sequence: 0,
  }));
}
