import { open } from 'node:fs/promises';
import { UsageError } from '../../base/errors.ts';
import type { History, HistoryHeader, HistoryRecord } from '../../model/history/types.ts';
import { ChunkCutter, type Chunk } from './chunks.ts';
import type { Fields } from './fields.ts';
import { decodeHeader } from './header.ts';
import { Intake } from './intake.ts';
import { CHUNK, CHUNK_HEADER_BYTES, HEADER_BYTES, RECORD_BYTES } from './layout.ts';
import { decodeRecord } from './record.ts';

/** A history and who its threads are. */
export interface ReadHistory extends History {
  readonly roles: readonly string[];
}

/** What the bytes amount to: a history, or in words why they are none that can be judged. Never both. */
export type Reading = { readonly history: ReadHistory } | { readonly fault: string };

/**
 * Takes a history's bytes as they come and lets nothing through that the format does not allow. Two ends are allowed:
 * behind an `end` chunk, and between two chunks, which is where a history ends whose guest has died.
 */
export abstract class HistoryStream {
  #head: Uint8Array = new Uint8Array(0);
  #cutter: ChunkCutter | undefined;
  #intake: Intake | undefined;
  #header: HistoryHeader | undefined;
  #fault: string | undefined;

  push(bytes: Uint8Array): void {
    if (this.#fault !== undefined) return;
    if (this.#cutter === undefined) {
      this.#begin(bytes);
      return;
    }
    this.#takeAll(this.#cutter.push(bytes), this.#cutter);
  }

  /** As much of `bytes` as is whole, keeping nothing of them. @returns how many bytes that was. */
  take(bytes: Uint8Array): number {
    if (this.#fault !== undefined) return bytes.byteLength;
    if (this.#cutter === undefined) {
      if (bytes.byteLength < HEADER_BYTES) return 0;
      this.#begin(bytes.slice(0, HEADER_BYTES));
      return HEADER_BYTES;
    }
    const before = this.#cutter.offset;
    this.#takeAll(this.#cutter.cut(bytes), this.#cutter);
    return this.#fault === undefined ? this.#cutter.offset - before : bytes.byteLength;
  }

  #takeAll(chunks: Iterable<Chunk>, cutter: ChunkCutter): void {
    for (const chunk of chunks) {
      const odd = this.#intake!.take(chunk);
      if (odd !== null) {
        this.#fault = `the chunk at byte ${chunk.offset - CHUNK_HEADER_BYTES}: ${odd}`;
        return;
      }
      this.took(chunk);
    }
    this.#fault = cutter.fault;
  }

  /** Called once the header is known and before the first chunk. */
  protected abstract begun(header: HistoryHeader): void;
  /** Called with every chunk that keeps the rules. */
  protected abstract took(chunk: Chunk): void;

  /** Called with every record of what has ended; it is one object, which changes. */
  protected abstract found(record: Fields): void;

  /** To be called behind the last byte. @returns what is wrong with the whole; null when it can be judged. */
  protected end(): string | null {
    if (this.#fault !== undefined) return this.#fault;
    if (this.#cutter === undefined || this.#intake === undefined)
      return `this is no history: only ${this.#head.byteLength} of the header's ${HEADER_BYTES} bytes are there`;
    const { left, offset } = this.#cutter;
    if (left > 0)
      return `the file ends inside the chunk at byte ${offset}, ${left} bytes into it: it was cut after it was written`;
    return this.#intake.chunks === 0 ? 'the history ends behind its header' : null;
  }

  protected get header(): HistoryHeader {
    return this.#header!;
  }
  protected get intake(): Intake {
    return this.#intake!;
  }

  #begin(bytes: Uint8Array): void {
    this.#head = Buffer.concat([this.#head, bytes]);
    if (this.#head.byteLength < HEADER_BYTES) return;
    const first = this.#head.subarray(0, HEADER_BYTES);
    const header = decodeHeader(new DataView(first.buffer, first.byteOffset, first.byteLength));
    if (typeof header === 'string') {
      this.#fault = header;
      return;
    }
    this.#header = header;
    this.#intake = new Intake(header, (record) => this.found(record));
    this.#cutter = new ChunkCutter(first, header.byteOrder === 'little');
    this.begun(header);
    this.push(this.#head.subarray(HEADER_BYTES));
  }
}

/** Keeps every record as an object: for histories that fit in memory several times over. */
export class HistoryReader extends HistoryStream {
  #threads: HistoryRecord[][] = [];

  protected override begun({ threads }: HistoryHeader): void {
    this.#threads = Array.from({ length: threads }, () => []);
  }

  protected override took({ kind, thread, payload }: Chunk): void {
    if (kind !== CHUNK.records) return;
    const little = this.header.byteOrder === 'little';
    for (let at = 0; at < payload.byteLength; at += RECORD_BYTES)
      this.#threads[thread]!.push(decodeRecord(payload, at, little));
  }

  protected override found(): void {
    // Chunk by chunk is soon enough.
  }

  finish(): Reading {
    const fault = this.end();
    if (fault !== null) return { fault };
    const { pending, complete, completeUntil, roles } = this.intake;
    const threads = this.#threads;
    return { history: { header: this.header, threads, pending, complete, completeUntil, doubts: [], roles } };
  }
}

/**
 * The history in a file.
 * @throws UsageError when the file cannot be read or holds no history that can be judged.
 */
export async function readHistory(file: string): Promise<ReadHistory> {
  const reader = new HistoryReader();
  await feed(file, reader);
  return historyOf(reader.finish(), `${file}: `);
}

/** Bytes read at once. */
const WINDOW = 4 * 1024 * 1024;

/** Gives a file's bytes to a stream, through one buffer. @throws UsageError when the file cannot be read. */
export async function feed(file: string, stream: HistoryStream): Promise<void> {
  try {
    const from = await open(file);
    try {
      let buffer = new Uint8Array(WINDOW);
      for (let held = 0; ;) {
        const { bytesRead } = await from.read(buffer, held, buffer.byteLength - held);
        held += bytesRead;
        if (bytesRead === 0) return stream.push(buffer.slice(0, held));
        const used = stream.take(buffer.subarray(0, held));
        buffer.copyWithin(0, used, held);
        held -= used;
        if (held === buffer.byteLength) {
          const larger = new Uint8Array(2 * held);
          larger.set(buffer);
          buffer = larger;
        }
      }
    } finally {
      await from.close();
    }
  } catch (cause) {
    // Only the system's own words: a fault of ours is not the user's.
    if (cause instanceof Error && 'syscall' in cause) throw new UsageError(`cannot read ${file}`, { cause });
    throw cause;
  }
}

/** The history in these bytes, for tests and small tools. @throws UsageError when they hold none. */
export function parseHistory(bytes: Uint8Array): ReadHistory {
  const reader = new HistoryReader();
  reader.push(bytes);
  return historyOf(reader.finish(), '');
}

function historyOf(reading: Reading, where: string): ReadHistory {
  if ('fault' in reading) throw new UsageError(`${where}${reading.fault}`);
  return reading.history;
}
