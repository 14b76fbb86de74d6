import type { Cursor } from './cursor.ts';
import { effectsOf } from './effects.ts';
import type { HistorySource } from './source.ts';
import { bears } from './stream.ts';
import { OP, OUTCOME, type HistoryRecord } from './types.ts';

/** Written values that are kept at once; a longer history is gone through several times. */
const SHARD = 1 << 23;

/** A set of 64-bit values, as halves. */
class Pairs {
  private low: Int32Array;
  private high: Int32Array;
  private used = 0;

  constructor(size = 1 << 12) {
    this.low = new Int32Array(size);
    this.high = new Int32Array(size);
  }

  has(low: number, high: number): boolean {
    const at = this.place(low, high);
    return this.low[at] !== 0 || this.high[at] !== 0;
  }

  /** Zero stands for an empty place, and is written by nobody. */
  add(low: number, high: number): void {
    const at = this.place(low, high);
    if (this.low[at] !== 0 || this.high[at] !== 0) return;
    this.low[at] = low;
    this.high[at] = high;
    if (++this.used * 2 > this.low.length) this.grow();
  }

  private place(low: number, high: number): number {
    const mask = this.low.length - 1;
    let at = hashOf(low, high) & mask;
    while ((this.low[at] !== low || this.high[at] !== high) && (this.low[at] !== 0 || this.high[at] !== 0))
      at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const { low, high } = this;
    this.low = new Int32Array(low.length * 2);
    this.high = new Int32Array(low.length * 2);
    this.used = 0;
    for (let at = 0; at < low.length; at++)
      if (low[at] !== 0 || high[at] !== 0) this.add(low[at]!, high[at]!);
  }
}

function hashOf(low: number, high: number): number {
  const hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** A value that was seen and that no operation here wrote. */
interface Unwritten {
  readonly page: number;
  readonly low: number;
  readonly high: number;
  /** Of the first record that saw it, in the threads' order. */
  readonly thread: number;
  readonly index: number;
  /** Somebody saw it whose operation is required. */
  required: boolean;
}

const sees = ({ op, outcome }: Cursor): boolean =>
  outcome === OUTCOME.ok && (op === OP.READ || op === OP.XCHG || op === OP.CHILD_READ);

function unwrittenIn(source: HistorySource, until: number, shard: number, shards: number): Unwritten[] {
  const skew = Number(source.header.skew);
  const mine = (low: number, high: number): boolean => shards === 1 || hashOf(high, low) % shards === shard;
  const written = new Pairs();
  for (const cursor of source.cursors(null))
    while (cursor.advance())
      if (cursor.op === OP.XCHG && mine(cursor.valueLow, cursor.valueHigh))
        written.add(cursor.valueLow, cursor.valueHigh);
  const found = new Map<string, Unwritten>();
  for (const cursor of source.cursors(null))
    for (let index = 0; cursor.advance(); index++) {
      const { resultLow: low, resultHigh: high, page, thread } = cursor;
      if (!sees(cursor) || (low === 0 && high === 0) || !mine(low, high) || written.has(low, high)) continue;
      const required = Math.max(cursor.start, cursor.end) + skew < until;
      const optional = cursor.start - skew < until && bears(cursor.op, cursor.outcome, effectsOf(cursor));
      if (!required && !optional) continue;
      const known = found.get(`${high} ${low}`);
      if (known !== undefined) known.required ||= required;
      else found.set(`${high} ${low}`, { page, low, high, thread, index, required });
    }
  return [...found.values()];
}

/** The tick from which on an exchange can have been lost: the least of the cut and of what is last of each thread. */
function earliestLoss({ survey, base, completeUntil }: HistorySource): bigint {
  let first = Infinity;
  let loss = Number(completeUntil - base);
  for (const [thread, start] of survey.firstStart.entries()) {
    first = Math.min(first, start);
    loss = Math.min(loss, Math.max(survey.lastEnd[thread]!, -Number(base)));
  }
  return base + BigInt(first !== Infinity && loss < first ? first : loss);
}

/**
 * The exchanges that must have been lost with the guest, because their values were seen: see cut.ts. Empty when more
 * such values were seen than there are threads: then not all of them can have been lost, and the search says which.
 */
export function lostExchanges(source: HistorySource, until: number): HistoryRecord[] {
  if (until === Infinity) return [];
  const shards = Math.max(1, Math.ceil(source.survey.operations / SHARD));
  const found: Unwritten[] = [];
  for (let shard = 0; shard < shards; shard++) found.push(...unwrittenIn(source, until, shard, shards));
  const { threads } = source.header;
  if (found.filter(({ required }) => required).length > threads) return [];
  found.sort((a, b) => a.thread - b.thread || a.index - b.index);
  const start = earliestLoss(source);
  return found.map(({ page, low, high }, number) => ({
    ...{ start, end: 0n, page, pages: 1, target: 0, sequence: 0, code: 0, spfBefore: 0, spfAfter: 0 },
    value: (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
    result: 0n,
    op: OP.XCHG,
    outcome: OUTCOME.pending,
    thread: threads + number,
  }));
}
