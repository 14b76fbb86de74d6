import { OP, OUTCOME, type HistoryRecord } from '../types.ts';

const begun = (record: HistoryRecord, skew: bigint): bigint => record.start - skew;
const ended = (record: HistoryRecord, skew: bigint): bigint => record.end + skew;

/**
 * A page on which only successful loads and exchanges of unique values happened, mapped and zero at first: exchanges tell
 * their order themselves, each names the one before it. So they are one chain or there is no order, and with the loads of
 * each value they form zones: every zone must be able to follow the one before. After Gibbons and Korach, and Golab.
 *
 * @returns null when the page is not of this kind.
 */
export function zones(records: readonly HistoryRecord[], skew: bigint): boolean | null {
  if (records.some(({ op, outcome }) => outcome !== OUTCOME.ok || (op !== OP.READ && op !== OP.XCHG)))
    return null;
  const takers = new Map<bigint, HistoryRecord>();
  const loads = new Map<bigint, HistoryRecord[]>();
  let exchanges = 0;
  for (const record of records) {
    if (record.op === OP.READ) {
      loads.set(record.result, [...(loads.get(record.result) ?? []), record]);
      continue;
    }
    if (takers.has(record.result)) return false;
    takers.set(record.result, record);
    exchanges++;
  }
  // The one order that values allow: zone by zone, loads of a value between the exchanges that wrote and took it.
  const order: HistoryRecord[][] = [];
  let value = 0n;
  for (let left = exchanges; ; left--) {
    order.push(loads.get(value) ?? []);
    loads.delete(value);
    const next = takers.get(value);
    if (next === undefined) {
      if (left > 0) return false;
      break;
    }
    order.push([next]);
    value = next.value;
    if (left === 0) return false;
  }
  if (loads.size > 0) return false;
  // In order of time: nothing may have ended before something that stands earlier began.
  let latestBegin: bigint | null = null;
  for (const zone of order) {
    for (const record of zone) if (latestBegin !== null && ended(record, skew) < latestBegin) return false;
    for (const record of zone)
      if (latestBegin === null || begun(record, skew) > latestBegin) latestBegin = begun(record, skew);
  }
  return keepsProgramOrder(order);
}

/** With skew, a thread's own operations can overlap; their order is known all the same. */
function keepsProgramOrder(order: readonly (readonly HistoryRecord[])[]): boolean {
  const last = new Map<number, number>();
  for (const zone of order) {
    for (const { thread, sequence } of zone) if (sequence < (last.get(thread) ?? -1)) return false;
    for (const { thread, sequence } of zone) last.set(thread, Math.max(sequence, last.get(thread) ?? -1));
  }
  return true;
}
