import type { Cursor } from './cursor.ts';
import type { HistoryRecord } from './types.ts';

const low = (value: bigint): number => Number(BigInt.asIntN(32, value));
const high = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n));

/** A cursor on records that are there as objects. */
export class ListCursor implements Cursor {
  readonly thread: number;
  start = 0;
  end = 0;
  op = 0;
  outcome = 0;
  code = 0;
  page = 0;
  pages = 0;
  target = 0;
  valueLow = 0;
  valueHigh = 0;
  resultLow = 0;
  resultHigh = 0;
  private readonly records: readonly HistoryRecord[];
  private readonly base: bigint;
  private at = 0;

  /** @param base the tick from which the cursors of the history count. */
  constructor(thread: number, records: readonly HistoryRecord[], base: bigint) {
    this.thread = thread;
    this.records = records;
    this.base = base;
  }

  advance(): boolean {
    const record = this.records[this.at++];
    if (record === undefined) return false;
    this.start = Number(record.start - this.base);
    this.end = Number(record.end - this.base);
    this.op = record.op;
    this.outcome = record.outcome;
    this.code = record.code;
    this.page = record.page;
    this.pages = record.pages;
    this.target = record.target;
    this.valueLow = low(record.value);
    this.valueHigh = high(record.value);
    this.resultLow = low(record.result);
    this.resultHigh = high(record.result);
    return true;
  }
}
