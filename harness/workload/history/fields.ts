import type { RecordFields } from '../../model/history/cursor.ts';
import { RECORD } from './layout.ts';

/** The fields of the record that it stands on, decoded in place: millions of records make no object. */
export class Fields implements RecordFields {
  thread = 0;
  start = 0;
  end = 0;
  op = 0;
  outcome = 0;
  code = 0;
  page = 0;
  pages = 0;
  target = 0;
  sequence = 0;
  valueLow = 0;
  valueHigh = 0;
  resultLow = 0;
  resultHigh = 0;
  readonly #little: boolean;
  /** Offsets of the halves of a 64-bit field. */
  readonly #low: number;
  readonly #high: number;
  readonly #baseLow: number;
  readonly #baseHigh: number;

  /** @param base the tick from which to count. Exact for 2^53 ticks, which is months of the fastest counter. */
  constructor(little: boolean, base: bigint) {
    this.#little = little;
    this.#low = little ? 0 : 4;
    this.#high = little ? 4 : 0;
    this.#baseLow = Number(base & 0xffffffffn);
    this.#baseHigh = Number(base >> 32n);
  }

  decode(bytes: DataView, at: number): void {
    const little = this.#little;
    const low = at + this.#low;
    const high = at + this.#high;
    this.start =
      (bytes.getUint32(high + RECORD.start, little) - this.#baseHigh) * 4294967296 +
      (bytes.getUint32(low + RECORD.start, little) - this.#baseLow);
    this.end =
      (bytes.getUint32(high + RECORD.end, little) - this.#baseHigh) * 4294967296 +
      (bytes.getUint32(low + RECORD.end, little) - this.#baseLow);
    this.valueLow = bytes.getInt32(low + RECORD.value, little);
    this.valueHigh = bytes.getInt32(high + RECORD.value, little);
    this.resultLow = bytes.getInt32(low + RECORD.result, little);
    this.resultHigh = bytes.getInt32(high + RECORD.result, little);
    this.page = bytes.getUint32(at + RECORD.page, little);
    this.pages = bytes.getUint32(at + RECORD.pages, little);
    this.target = bytes.getUint32(at + RECORD.target, little);
    this.sequence = bytes.getUint32(at + RECORD.sequence, little);
    this.thread = bytes.getUint16(at + RECORD.thread, little);
    this.op = bytes.getUint8(at + RECORD.op);
    this.outcome = bytes.getUint8(at + RECORD.outcome);
    this.code = bytes.getInt32(at + RECORD.code, little);
  }
}
