import { readSync } from 'node:fs';
import { RigError } from '../../base/errors.ts';
import type { Cursor } from '../../model/history/cursor.ts';
import { OP } from '../../model/history/types.ts';
import { Fields } from './fields.ts';
import { RECORD, RECORD_BYTES } from './layout.ts';
import type { Spans } from './spans.ts';

/** Bytes read at once: enough that the system call costs nothing, little enough for thousands of threads. */
const PIECE = 4096 * RECORD_BYTES;

/** Reads one thread's records from a history file that scan.ts has found whole, a piece at a time. */
export class FileCursor extends Fields implements Cursor {
  readonly #file: number;
  readonly #spans: Spans;
  readonly #little: boolean;
  readonly #wanted: Uint8Array | null;
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  #span = 0;
  /** Bytes of the span that are read. */
  #done = 0;
  #at = 0;
  #limit = 0;

  constructor(file: number, spans: Spans, little: boolean, base: bigint, wanted: Uint8Array | null) {
    super(little, base);
    this.#file = file;
    this.#spans = spans;
    this.#little = little;
    this.#wanted = wanted;
    this.#buffer = new Uint8Array(PIECE);
    this.#view = new DataView(this.#buffer.buffer);
  }

  advance(): boolean {
    for (;;) {
      if (this.#at === this.#limit && !this.#load()) return false;
      const at = this.#at;
      this.#at = at + RECORD_BYTES;
      if (this.#wanted !== null && !this.#isWanted(at, this.#wanted)) continue;
      this.decode(this.#view, at);
      return true;
    }
  }

  /** Where the record that it stands on is, for who wants all of it. */
  get bytes(): { readonly view: DataView; readonly at: number } {
    return { view: this.#view, at: this.#at - RECORD_BYTES };
  }

  #isWanted(at: number, wanted: Uint8Array): boolean {
    const view = this.#view;
    const page = view.getUint32(at + RECORD.page, this.#little);
    if (wanted[page] === 1) return true;
    const pages = view.getUint32(at + RECORD.pages, this.#little);
    if (pages === 1 && view.getUint8(at + RECORD.op) !== OP.MOVE) return false;
    if (pages === 0) return true;
    for (let n = 1; n < pages; n++) if (wanted[page + n] === 1) return true;
    if (view.getUint8(at + RECORD.op) !== OP.MOVE) return false;
    const target = view.getUint32(at + RECORD.target, this.#little);
    for (let n = 0; n < pages; n++) if (wanted[target + n] === 1) return true;
    return false;
  }

  #load(): boolean {
    const spans = this.#spans;
    this.#at = 0;
    this.#limit = 0;
    // Small chunks next to each other in the file are not worth a call each, but they have headers between them.
    if (this.#span === spans.count) return false;
    const left = spans.bytes[this.#span]! - this.#done;
    const size = Math.min(left, PIECE);
    const position = spans.offsets[this.#span]! + this.#done;
    const got = readSync(this.#file, this.#buffer, 0, size, position);
    if (got !== size) throw new RigError('the history file has become shorter while it was read');
    this.#limit = size;
    this.#done += size;
    if (this.#done === spans.bytes[this.#span]) {
      this.#span++;
      this.#done = 0;
    }
    return true;
  }
}
