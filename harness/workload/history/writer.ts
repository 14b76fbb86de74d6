import { crc32 } from 'node:zlib';
import type { History, HistoryHeader, HistoryRecord } from '../../model/history/types.ts';
import { chained } from './chunks.ts';
import { encodeHeader } from './header.ts';
import { ROLES } from './intake.ts';
import { CHUNK, CHUNK_HEADER_BYTES, NO_THREAD, type ChunkName } from './layout.ts';
import { encodeRecord } from './record.ts';

/** Writes a history as a guest does: the header, then chunk by chunk, each CRC going on from the one before. */
export class HistoryWriter {
  readonly #little: boolean;
  readonly #emit: (bytes: Uint8Array) => void;
  #crc: number;

  constructor(header: HistoryHeader, emit: (bytes: Uint8Array) => void) {
    this.#little = header.byteOrder === 'little';
    this.#emit = emit;
    const bytes = encodeHeader(header);
    this.#crc = crc32(bytes);
    emit(bytes);
  }

  chunk(kind: ChunkName, thread: number, payload: Uint8Array): void {
    const head = new Uint8Array(CHUNK_HEADER_BYTES);
    const bytes = new DataView(head.buffer);
    bytes.setUint32(0, CHUNK[kind], this.#little);
    bytes.setUint32(4, thread, this.#little);
    bytes.setUint32(8, payload.byteLength, this.#little);
    this.#crc = chained(this.#crc, head, payload);
    bytes.setUint32(12, this.#crc, this.#little);
    this.#emit(head);
    if (payload.byteLength > 0) this.#emit(payload);
  }

  records(thread: number, records: readonly HistoryRecord[]): void {
    this.chunk('records', thread, this.#joined(records));
  }

  pending(record: HistoryRecord): void {
    this.chunk('pending', record.thread, this.#joined([record]));
  }

  roles(roles: readonly string[]): void {
    this.chunk('roles', NO_THREAD, this.#words(roles.map(roleNumber)));
  }

  progress(tick: bigint): void {
    this.chunk('progress', NO_THREAD, this.#words([tick, 0n]));
  }

  end(): void {
    this.chunk('end', NO_THREAD, new Uint8Array(0));
  }

  #joined(records: readonly HistoryRecord[]): Uint8Array {
    return Buffer.concat(records.map((record) => encodeRecord(record, this.#little)));
  }

  #words(values: readonly bigint[]): Uint8Array {
    const bytes = new DataView(new ArrayBuffer(values.length * 8));
    values.forEach((value, at) => {
      bytes.setBigUint64(at * 8, value, this.#little);
    });
    return new Uint8Array(bytes.buffer);
  }
}

/**
 * The bytes of a history, for tests and for tools that cut one down. Reading them back gives the same history.
 * @param recordsPerChunk how many records share a chunk.
 */
export function encodeHistory(
  history: Omit<History, 'doubts'> & { readonly roles?: readonly string[] },
  recordsPerChunk = 4096,
): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new HistoryWriter(history.header, (bytes) => void parts.push(bytes));
  writer.roles(history.roles ?? history.threads.map(() => 'faulter'));
  for (const [thread, records] of history.threads.entries())
    for (let first = 0; first < records.length; first += recordsPerChunk)
      writer.records(thread, records.slice(first, first + recordsPerChunk));
  for (const record of history.pending) writer.pending(record);
  if (history.completeUntil !== 0n) writer.progress(history.completeUntil);
  if (history.complete) writer.end();
  return Buffer.concat(parts);
}

function roleNumber(role: string): bigint {
  return BigInt(Object.keys(ROLES).find((number) => ROLES[Number(number)] === role) ?? 0);
}
