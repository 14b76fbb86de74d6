import { OP, OUTCOME } from '../../model/history/types.ts';
import type { HistoryHeader } from '../../model/history/types.ts';
import { isOp, isOutcome, RECORD, RECORD_BYTES } from './layout.ts';

/**
 * What the format promises of records, beyond their CRC: bytes that break it were not written by a recorder that works,
 * and a judgement of them would be about the recorder. Each record is looked at once, in the stream's order.
 */
export class Admission {
  readonly #header: HistoryHeader;
  readonly #little: boolean;
  readonly #skew: number;
  readonly #counts: Float64Array;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Of the thread's last record: its operation, and of a FORK or CHILD_READ the fork's number. */
  readonly #ops: Uint8Array;
  readonly #forks: BigUint64Array;
  #baseHigh = 0;
  #baseLow = 0;
  #based = false;
  #progress = -Infinity;
  #progressTick = 0n;

  constructor(header: HistoryHeader) {
    this.#header = header;
    this.#little = header.byteOrder === 'little';
    this.#skew = Number(header.skew);
    this.#counts = new Float64Array(header.threads);
    this.#starts = new Float64Array(header.threads).fill(-Infinity);
    this.#ends = new Float64Array(header.threads).fill(-Infinity);
    this.#ops = new Uint8Array(header.threads);
    this.#forks = new BigUint64Array(header.threads);
  }

  /** How many records of a thread there were. */
  count(thread: number): number {
    return this.#counts[thread] ?? 0;
  }

  /** The last progress mark, 0 before the first. */
  get completeUntil(): bigint {
    return this.#progressTick;
  }

  /** A finished record of this thread. @returns in words what is wrong with it; null when it is taken. */
  record(bytes: DataView, at: number, thread: number): string | null {
    const little = this.#little;
    const odd = this.#oddShape(bytes, at);
    if (odd !== null) return odd;
    const outcome = bytes.getUint8(at + RECORD.outcome);
    if (outcome === OUTCOME.pending) return 'it is pending among records of what has ended';
    const named = bytes.getUint16(at + RECORD.thread, little);
    if (named !== thread) return `it says that it is thread ${named}'s`;
    const sequence = bytes.getUint32(at + RECORD.sequence, little);
    const count = this.#counts[thread]!;
    if (sequence !== count)
      return `its sequence number is ${sequence}, so records are missing or out of order`;
    return this.#oddTimes(bytes, at, thread) ?? this.#take(bytes, at, thread);
  }

  /** What a thread was doing when the drainer looked. */
  pending(bytes: DataView, at: number, thread: number): string | null {
    const odd = this.#oddShape(bytes, at);
    if (odd !== null) return odd;
    const op = bytes.getUint8(at + RECORD.op);
    if (bytes.getUint8(at + RECORD.outcome) !== OUTCOME.pending) return 'it is not pending';
    if (op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ) return 'it is no call';
    const named = bytes.getUint16(at + RECORD.thread, this.#little);
    return named === thread ? null : `it says that it is thread ${named}'s`;
  }

  progress(tick: bigint): string | null {
    if (tick < this.#progressTick) return `progress goes back from ${this.#progressTick} to ${tick}`;
    this.#progressTick = tick;
    if (this.#based) this.#progress = this.#ticks(Number(tick >> 32n), Number(tick & 0xffffffffn));
    return null;
  }

  #oddShape(bytes: DataView, at: number): string | null {
    const op = bytes.getUint8(at + RECORD.op);
    const outcome = bytes.getUint8(at + RECORD.outcome);
    if (!isOp(op)) return `operation ${op} is unknown`;
    if (!isOutcome(outcome)) return `outcome ${outcome} is unknown`;
    const access = op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ;
    if (access ? outcome === OUTCOME.error : outcome === OUTCOME.signal)
      return `operation ${op} cannot have outcome ${outcome}`;
    const page = bytes.getUint32(at + RECORD.page, this.#little);
    const pages = bytes.getUint32(at + RECORD.pages, this.#little);
    const { pages: arena } = this.#header;
    if (op === OP.FORK) return pages === 0 ? null : `a fork of ${pages} pages`;
    if (access ? pages !== 1 : pages < 1) return `operation ${op} on ${pages} pages`;
    if (page + pages > arena) return `pages ${page} to ${page + pages - 1} of an arena of ${arena}`;
    if (op === OP.MOVE) {
      const target = bytes.getUint32(at + RECORD.target, this.#little);
      if (target + pages > arena) return `pages ${target} to ${target + pages - 1} of an arena of ${arena}`;
      if (target < page + pages && page < target + pages) return 'it moves pages onto themselves';
    }
    if (
      op === OP.XCHG &&
      this.#low(bytes, at + RECORD.value) === 0 &&
      this.#high(bytes, at + RECORD.value) === 0
    )
      return 'it writes 0, which no exchange may';
    return null;
  }

  /** A thread's CPU tells its own time, so stamps never go back by more than the clocks' skew. */
  #oddTimes(bytes: DataView, at: number, thread: number): string | null {
    const start = this.#tickAt(bytes, at + RECORD.start);
    const end = this.#tickAt(bytes, at + RECORD.end);
    if (end + this.#skew < start) return 'it ends before it begins';
    if (end < this.#progress) return 'it ended before a progress mark that stands before it';
    if (bytes.getUint8(at + RECORD.op) === OP.CHILD_READ) {
      const of = bytes.getBigUint64(at + RECORD.value, this.#little);
      const last = this.#ops[thread];
      if ((last !== OP.FORK && last !== OP.CHILD_READ) || this.#forks[thread] !== of)
        return `no fork ${of} stands before what its child saw`;
      return start === this.#starts[thread] && end === this.#ends[thread]
        ? null
        : 'its stamps are not those of its fork';
    }
    if (start + this.#skew < this.#ends[thread]!) return 'it begins before the one before it ended';
    return null;
  }

  #take(bytes: DataView, at: number, thread: number): null {
    const op = bytes.getUint8(at + RECORD.op);
    this.#counts[thread]!++;
    this.#starts[thread] = this.#tickAt(bytes, at + RECORD.start);
    this.#ends[thread] = this.#tickAt(bytes, at + RECORD.end);
    this.#ops[thread] = op;
    if (op === OP.FORK) this.#forks[thread] = bytes.getBigUint64(at + RECORD.value, this.#little);
    return null;
  }

  #low(bytes: DataView, at: number): number {
    return bytes.getUint32(this.#little ? at : at + 4, this.#little);
  }
  #high(bytes: DataView, at: number): number {
    return bytes.getUint32(this.#little ? at + 4 : at, this.#little);
  }

  /** Ticks since the first record's start, as a double: exact for 2^53 ticks, months of the fastest counter. */
  #tickAt(bytes: DataView, at: number): number {
    const low = this.#low(bytes, at);
    const high = this.#high(bytes, at);
    if (!this.#based) {
      this.#based = true;
      this.#baseHigh = high;
      this.#baseLow = low;
      if (this.#progressTick !== 0n) this.progress(this.#progressTick);
    }
    return this.#ticks(high, low);
  }
  #ticks(high: number, low: number): number {
    return (high - this.#baseHigh) * 4294967296 + (low - this.#baseLow);
  }
}

/** Applies `admit` to every record of a chunk. @returns index of the first that is refused and why, or null. */
export function refused(
  payload: DataView,
  admit: (at: number) => string | null,
): { readonly index: number; readonly why: string } | null {
  if (payload.byteLength % RECORD_BYTES !== 0) return { index: 0, why: `${payload.byteLength} bytes` };
  for (let at = 0; at < payload.byteLength; at += RECORD_BYTES) {
    const why = admit(at);
    if (why !== null) return { index: at / RECORD_BYTES, why };
  }
  return null;
}
