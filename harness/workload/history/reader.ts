import { createReadStream } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { OUTCOME, type History, type HistoryHeader, type HistoryRecord } from '../../model/history/types.ts';
import { ChunkCutter, type Chunk } from './chunks.ts';
import { decodeHeader } from './header.ts';
import { CHUNK, HEADER_BYTES, RECORD_BYTES } from './layout.ts';
import { decodeRecord } from './record.ts';

/** Roles of the `roles` chunk, by number. */
export const ROLES: Readonly<Record<number, string>> = {
  1: 'faulter',
  2: 'mapper',
  3: 'forker',
  4: 'observer',
};

/** A history and who its threads are; `roles` is shorter than the threads when the stream was cut before it. */
export interface ReadHistory extends History {
  readonly roles: readonly string[];
}

/**
 * Reads a history as its bytes come, cut anywhere: the same bytes give the same history. Nothing that stands in the
 * bytes makes it throw; what is wrong with them is in `doubts`, and everything before it counts.
 */
export class HistoryReader {
  #head: Uint8Array = new Uint8Array(0);
  #header: HistoryHeader | undefined;
  #cutter: ChunkCutter | undefined;
  #threads: HistoryRecord[][] = [];
  #roles: string[] = [];
  #pending = new Map<number, HistoryRecord>();
  #complete = false;
  #completeUntil = 0n;
  readonly #doubts: string[] = [];
  #broken = false;

  push(bytes: Uint8Array): void {
    if (this.#broken) return;
    if (this.#cutter === undefined) {
      this.#begin(bytes);
      return;
    }
    for (const chunk of this.#cutter.push(bytes)) {
      this.#take(chunk);
      if (this.#broken) return;
    }
    if (this.#cutter.doubt !== undefined) this.#break(this.#cutter.doubt);
  }

  /** What the bytes so far amount to; undefined when they do not even hold a header (`doubts` then says why). */
  finish(): { readonly history: ReadHistory | undefined; readonly doubts: readonly string[] } {
    const doubts = [...this.#doubts];
    if (this.#header === undefined) {
      if (doubts.length === 0) doubts.push(reasonOf(decodeHeader(viewOf(this.#head))));
      return { history: undefined, doubts };
    }
    const left = this.#broken ? 0 : (this.#cutter?.left ?? 0);
    if (left > 0) doubts.push(`the last chunk is cut: ${left} bytes of it are here`);
    const history: ReadHistory = {
      header: this.#header,
      threads: this.#threads,
      pending: [...this.#pending.values()].filter((record) => !this.#hasEnded(record)),
      complete: this.#complete,
      completeUntil: this.#completeUntil,
      doubts,
      roles: this.#roles,
    };
    return { history, doubts };
  }

  #begin(bytes: Uint8Array): void {
    this.#head = Buffer.concat([this.#head, bytes]);
    if (this.#head.byteLength < HEADER_BYTES) return;
    const header = decodeHeader(viewOf(this.#head.subarray(0, HEADER_BYTES)));
    if (typeof header === 'string') {
      this.#break(header);
      return;
    }
    this.#header = header;
    this.#threads = Array.from({ length: Math.min(header.threads, 0x10000) }, () => []);
    this.#cutter = new ChunkCutter(header.byteOrder === 'little', HEADER_BYTES);
    this.push(this.#head.subarray(HEADER_BYTES));
  }

  #take(chunk: Chunk): void {
    switch (chunk.kind) {
      case CHUNK.records:
        this.#takeRecords(chunk);
        return;
      case CHUNK.pending:
        this.#takePending(chunk);
        return;
      case CHUNK.roles:
        for (let at = 0; at + 8 <= chunk.payload.byteLength; at += 8)
          this.#roles.push(ROLES[Number(chunk.payload.getBigUint64(at, this.#little))] ?? 'unknown');
        return;
      case CHUNK.progress:
        if (chunk.payload.byteLength >= 8) this.#completeUntil = chunk.payload.getBigUint64(0, this.#little);
        return;
      case CHUNK.end:
        this.#complete = true;
        return;
      default:
        this.#doubts.push(`a chunk of unknown kind ${chunk.kind} was skipped`);
    }
  }

  #takeRecords({ thread, payload }: Chunk): void {
    const records = this.#threads[thread];
    if (records === undefined) {
      this.#break(`records of thread ${thread}, but there are ${this.#threads.length} threads`);
      return;
    }
    for (let at = 0; at + RECORD_BYTES <= payload.byteLength; at += RECORD_BYTES) {
      const record = decodeRecord(payload, at, this.#little);
      if (typeof record === 'string' || record.thread !== thread || record.sequence !== records.length) {
        this.#break(`thread ${thread}, record ${records.length}: ${describeOdd(record, thread)}`);
        return;
      }
      records.push(record);
    }
  }

  #takePending({ thread, payload }: Chunk): void {
    for (let at = 0; at + RECORD_BYTES <= payload.byteLength; at += RECORD_BYTES) {
      const record = decodeRecord(payload, at, this.#little);
      if (typeof record === 'string' || record.outcome !== OUTCOME.pending || record.thread !== thread)
        this.#doubts.push(`a pending record of thread ${thread} makes no sense and was skipped`);
      else this.#pending.set(thread, record);
    }
  }

  /** A thread is in one call at a time: its latest pending record stands unless the call's own record came. */
  #hasEnded(pending: HistoryRecord): boolean {
    return (this.#threads[pending.thread]?.length ?? 0) > pending.sequence;
  }

  get #little(): boolean {
    return this.#header?.byteOrder !== 'big';
  }

  #break(doubt: string): void {
    this.#doubts.push(doubt);
    this.#broken = true;
  }
}

/**
 * The history in a file.
 * @throws UsageError when the file cannot be read or holds no history.
 */
export async function readHistory(file: string): Promise<ReadHistory> {
  const reader = new HistoryReader();
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 4 * 1024 * 1024 }))
      reader.push(bytes as Uint8Array);
  } catch (cause) {
    throw new UsageError(`cannot read ${file}`, { cause });
  }
  const { history, doubts } = reader.finish();
  if (history === undefined) throw new UsageError(`${file}: ${doubts.join('; ')}`);
  return history;
}

/** The history in these bytes, for tests and small tools. @throws UsageError when they hold none. */
export function parseHistory(bytes: Uint8Array): ReadHistory {
  const reader = new HistoryReader();
  reader.push(bytes);
  const { history, doubts } = reader.finish();
  if (history === undefined) throw new UsageError(doubts.join('; '));
  return history;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const reasonOf = (header: HistoryHeader | string): string => (typeof header === 'string' ? header : '');

function describeOdd(record: HistoryRecord | string, thread: number): string {
  if (typeof record === 'string') return record;
  if (record.thread !== thread) return `it says it is thread ${record.thread}'s`;
  return `its sequence number is ${record.sequence}, so records are missing`;
}
