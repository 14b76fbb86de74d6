import { OP, OUTCOME } from '../../model/history/types.ts';
import type { HistoryHeader } from '../../model/history/types.ts';
import type { Fields } from './fields.ts';
import { isOp, isOutcome } from './layout.ts';

/**
 * What the format promises of records, beyond their CRC: bytes that break it were not written by a recorder that works,
 * and a judgement of them would be about the recorder. Each record is looked at once, in the stream's order; stamps are
 * ticks since some instant that all of them share.
 */
export class Admission {
  readonly #pages: number;
  readonly #skew: number;
  readonly #counts: Float64Array;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Of the thread's last record: its operation, and of a FORK or CHILD_READ the fork's number. */
  readonly #ops: Uint8Array;
  readonly #forkLow: Int32Array;
  readonly #forkHigh: Int32Array;
  #progress = -Infinity;

  constructor({ pages, skew, threads }: HistoryHeader) {
    this.#pages = pages;
    this.#skew = Number(skew);
    this.#counts = new Float64Array(threads);
    this.#starts = new Float64Array(threads).fill(-Infinity);
    this.#ends = new Float64Array(threads).fill(-Infinity);
    this.#ops = new Uint8Array(threads);
    this.#forkLow = new Int32Array(threads);
    this.#forkHigh = new Int32Array(threads);
  }

  /** How many records of a thread there were. */
  count(thread: number): number {
    return this.#counts[thread] ?? 0;
  }

  /** A finished record of this thread. @returns in words what is wrong with it; null when it is taken. */
  record(record: Fields, thread: number): string | null {
    const odd = this.#oddShape(record);
    if (odd !== null) return odd;
    if (record.outcome === OUTCOME.pending) return 'it is pending among records of what has ended';
    if (record.thread !== thread) return `it says that it is thread ${record.thread}'s`;
    if (record.sequence !== this.#counts[thread]!)
      return `its sequence number is ${record.sequence}, so records are missing or out of order`;
    const late = this.#oddTimes(record, thread);
    if (late !== null) return late;
    this.#counts[thread]++;
    this.#starts[thread] = record.start;
    this.#ends[thread] = record.end;
    this.#ops[thread] = record.op;
    if (record.op === OP.FORK) {
      this.#forkLow[thread] = record.valueLow;
      this.#forkHigh[thread] = record.valueHigh;
    }
    return null;
  }

  /** What a thread was doing when the drainer looked. */
  pending(record: Fields, thread: number): string | null {
    const odd = this.#oddShape(record);
    if (odd !== null) return odd;
    if (record.outcome !== OUTCOME.pending) return 'it is not pending';
    if (isAccess(record.op)) return 'it is no call';
    return record.thread === thread ? null : `it says that it is thread ${record.thread}'s`;
  }

  /** Records that ended before this tick are all there. */
  progress(tick: number): void {
    this.#progress = tick;
  }

  #oddShape({ op, outcome, page, pages, target, valueLow, valueHigh }: Fields): string | null {
    if (!isOp(op)) return `operation ${op} is unknown`;
    if (!isOutcome(outcome)) return `outcome ${outcome} is unknown`;
    const access = isAccess(op);
    if (access ? outcome === OUTCOME.error : outcome === OUTCOME.signal)
      return `operation ${op} cannot have outcome ${outcome}`;
    if (op === OP.FORK) return pages === 0 ? null : `a fork of ${pages} pages`;
    if (access ? pages !== 1 : pages < 1) return `operation ${op} on ${pages} pages`;
    if (page + pages > this.#pages) return this.#outside(page, pages);
    if (op === OP.MOVE) {
      if (target + pages > this.#pages) return this.#outside(target, pages);
      if (target < page + pages && page < target + pages) return 'it moves pages onto themselves';
    }
    return op === OP.XCHG && valueLow === 0 && valueHigh === 0 ? 'it writes 0, which no exchange may' : null;
  }

  #outside(page: number, pages: number): string {
    return `pages ${page} to ${page + pages - 1} of an arena of ${this.#pages}`;
  }

  /** A thread's CPU tells its own time, so stamps never go back by more than the clocks' skew. */
  #oddTimes({ op, start, end, valueLow, valueHigh }: Fields, thread: number): string | null {
    if (end + this.#skew < start) return 'it ends before it begins';
    if (end < this.#progress) return 'it ended before a progress mark that stands before it';
    if (op !== OP.CHILD_READ)
      return start + this.#skew < this.#ends[thread]! ? 'it begins before the one before it ended' : null;
    const last = this.#ops[thread];
    if (
      (last !== OP.FORK && last !== OP.CHILD_READ) ||
      this.#forkLow[thread] !== valueLow ||
      this.#forkHigh[thread] !== valueHigh
    )
      return `no fork ${valueLow} stands before what its child saw`;
    return start === this.#starts[thread] && end === this.#ends[thread]
      ? null
      : 'its stamps are not those of its fork';
  }
}

const isAccess = (op: number): boolean => op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ;
