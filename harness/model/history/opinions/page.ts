import { OP, OUTCOME, type HistoryRecord } from '../types.ts';

/**
 * One page as a plain sequential object, for second opinions on what takes effect at an instant. It shares no code with
 * the sweep, on purpose.
 */
export interface Page {
  readonly mapped: boolean;
  readonly prot: number;
  readonly value: bigint;
}

const reads = (page: Page): boolean => page.mapped && (page.prot & 7) !== 0;
const writes = (page: Page): boolean => page.mapped && (page.prot & 2) !== 0;

/** The page after the operation, or null when it cannot have gone as recorded on this page. */
export function applied(page: Page, record: HistoryRecord): Page | null {
  const { op, outcome, code, result, value } = record;
  const prot = Number(value & 7n);
  if (outcome === OUTCOME.signal) {
    const let_ = op === OP.XCHG ? writes(page) : reads(page);
    return !let_ && code === (page.mapped ? 2 : 1) ? page : null;
  }
  if (outcome !== OUTCOME.ok) return null;
  switch (op) {
    case OP.READ:
      return reads(page) && page.value === result ? page : null;
    case OP.XCHG:
      return writes(page) && page.value === result ? { ...page, value } : null;
    case OP.MAP:
      return { mapped: true, prot, value: 0n };
    case OP.MAP_HINT:
      return page.mapped ? null : { mapped: true, prot, value: 0n };
    case OP.PROTECT:
      return page.mapped ? { ...page, prot } : null;
    case OP.UNMAP:
    case OP.ZAP:
    case OP.FREE:
    case OP.MOVE:
    case OP.FORK:
    case OP.CHILD_READ:
      return null;
  }
}

const INSTANT: readonly number[] = [OP.READ, OP.XCHG, OP.MAP, OP.MAP_HINT, OP.PROTECT];

/** Can these opinions judge the record: known to have ended, one page, one instant? */
export const isInstant = ({ op, outcome, pages }: HistoryRecord): boolean =>
  INSTANT.includes(op) && pages === 1 && (outcome === OUTCOME.ok || outcome === OUTCOME.signal);

/** Real time: the one had ended before the other began, or they are one thread's. Clocks may differ by the skew. */
export const precedes = (a: HistoryRecord, b: HistoryRecord, skew: bigint): boolean =>
  a.end + skew < b.start - skew || (a.thread === b.thread && a.sequence < b.sequence);
