import { crc32 } from 'node:zlib';
import type { History, HistoryHeader, HistoryRecord } from '../../model/history/types.ts';
import { encodeHeader } from './header.ts';
import { CHUNK, CHUNK_HEADER_BYTES, NO_THREAD, type ChunkName } from './layout.ts';
import { ROLES } from './reader.ts';
import { encodeRecord } from './record.ts';

/** One chunk, header and payload. */
export function encodeChunk(
  header: HistoryHeader,
  kind: ChunkName,
  thread: number,
  payload: Uint8Array,
): Uint8Array {
  const little = header.byteOrder === 'little';
  const out = new Uint8Array(CHUNK_HEADER_BYTES + payload.byteLength);
  const bytes = new DataView(out.buffer);
  bytes.setUint32(0, CHUNK[kind], little);
  bytes.setUint32(4, thread, little);
  bytes.setUint32(8, payload.byteLength, little);
  bytes.setUint32(12, crc32(payload), little);
  out.set(payload, CHUNK_HEADER_BYTES);
  return out;
}

/**
 * The bytes of a history, for tests and for tools that cut one down. Reading them back gives the same history.
 * @param recordsPerChunk how many records share a chunk.
 */
export function encodeHistory(
  history: Omit<History, 'doubts'> & { readonly roles?: readonly string[] },
  recordsPerChunk = 4096,
): Uint8Array {
  const { header } = history;
  const parts = [encodeHeader(header)];
  const chunk = (kind: ChunkName, thread: number, payload: Uint8Array) =>
    parts.push(encodeChunk(header, kind, thread, payload));
  if (history.roles !== undefined) chunk('roles', NO_THREAD, words(header, history.roles.map(roleNumber)));
  for (const [thread, records] of history.threads.entries())
    for (let first = 0; first < records.length; first += recordsPerChunk)
      chunk('records', thread, joined(header, records.slice(first, first + recordsPerChunk)));
  for (const record of history.pending) chunk('pending', record.thread, joined(header, [record]));
  if (history.completeUntil !== 0n) chunk('progress', NO_THREAD, words(header, [history.completeUntil, 0n]));
  if (history.complete) chunk('end', NO_THREAD, new Uint8Array(0));
  return Buffer.concat(parts);
}

function joined(header: HistoryHeader, records: readonly HistoryRecord[]): Uint8Array {
  return Buffer.concat(records.map((record) => encodeRecord(record, header.byteOrder === 'little')));
}

function words(header: HistoryHeader, values: readonly bigint[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, at) => {
    bytes.setBigUint64(at * 8, value, header.byteOrder === 'little');
  });
  return new Uint8Array(bytes.buffer);
}

function roleNumber(role: string): bigint {
  return BigInt(Object.keys(ROLES).find((number) => ROLES[Number(number)] === role) ?? 0);
}
