import type { HistoryHeader } from '../../model/history/types.ts';
import { CLOCKS, HEADER_BYTES, MAGIC, PAGES_MOST, THREADS_MOST, VERSION, type ClockName } from './layout.ts';

const WORKLOAD = { at: 72, bytes: 24 };
const RELEASE = { at: 96, bytes: 32 };

/**
 * The header in the first 128 bytes.
 * @returns the header, or in words why these bytes begin no history that we can read.
 */
export function decodeHeader(bytes: DataView): HistoryHeader | string {
  if (bytes.byteLength < HEADER_BYTES)
    return `only ${bytes.byteLength} of the header's ${HEADER_BYTES} bytes are there`;
  const little = bytes.getBigUint64(0, true) === MAGIC;
  if (!little && bytes.getBigUint64(0, false) !== MAGIC)
    return 'this is no history: the magic number is missing';
  const version = bytes.getUint32(8, little);
  if (version !== VERSION) return `history version ${version}, known is ${VERSION}`;
  const clock = clockName(bytes.getUint32(20, little));
  if (clock === undefined) return `clock kind ${bytes.getUint32(20, little)} is unknown`;
  const odd = oddField(bytes, little, clock);
  if (odd !== null) return odd;
  return {
    byteOrder: little ? 'little' : 'big',
    arch: bytes.getUint32(12, little),
    pageSize: bytes.getUint32(16, little),
    clock,
    ticksPerSecond: bytes.getBigUint64(24, little),
    skew: bytes.getBigUint64(32, little),
    seed: bytes.getBigUint64(40, little),
    pages: bytes.getUint32(48, little),
    threads: bytes.getUint32(52, little),
    arenaBase: bytes.getBigUint64(56, little),
    countsEachFault: (bytes.getUint32(64, little) & 1) !== 0,
    initiallyMapped: bytes.getUint32(68, little) === 1,
    workload: text(bytes, WORKLOAD),
    release: text(bytes, RELEASE),
  };
}

/** A field that no writer can mean, in words; null when there is none. */
function oddField(bytes: DataView, little: boolean, clock: ClockName): string | null {
  const u32 = (at: number): number => bytes.getUint32(at, little);
  const pageSize = u32(16);
  if (pageSize < 4096 || (pageSize & (pageSize - 1)) !== 0) return `a page size of ${pageSize} bytes`;
  if ((bytes.getBigUint64(24, little) === 0n) !== (clock === 'ticket'))
    return `${bytes.getBigUint64(24, little)} ticks a second do not go with a ${clock} clock`;
  if (u32(48) < 1 || u32(48) > PAGES_MOST) return `an arena of ${u32(48)} pages`;
  if (u32(52) < 1 || u32(52) > THREADS_MOST) return `${u32(52)} threads`;
  if (u32(64) > 1) return `unknown flags 0x${u32(64).toString(16)}`;
  if (u32(68) > 1) return `unknown initial state ${u32(68)}`;
  return null;
}

export function encodeHeader(header: HistoryHeader): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES);
  const bytes = new DataView(out.buffer);
  const little = header.byteOrder === 'little';
  bytes.setBigUint64(0, MAGIC, little);
  bytes.setUint32(8, VERSION, little);
  bytes.setUint32(12, header.arch, little);
  bytes.setUint32(16, header.pageSize, little);
  bytes.setUint32(20, CLOCKS[header.clock], little);
  bytes.setBigUint64(24, header.ticksPerSecond, little);
  bytes.setBigUint64(32, header.skew, little);
  bytes.setBigUint64(40, header.seed, little);
  bytes.setUint32(48, header.pages, little);
  bytes.setUint32(52, header.threads, little);
  bytes.setBigUint64(56, header.arenaBase, little);
  bytes.setUint32(64, header.countsEachFault ? 1 : 0, little);
  bytes.setUint32(68, header.initiallyMapped ? 1 : 0, little);
  putText(out, WORKLOAD, header.workload);
  putText(out, RELEASE, header.release);
  return out;
}

function clockName(kind: number): ClockName | undefined {
  return (Object.keys(CLOCKS) as ClockName[]).find((name) => CLOCKS[name] === kind);
}

/** Latin 1, so that every byte survives reading and writing. */
function text(bytes: DataView, field: { at: number; bytes: number }): string {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset + field.at, field.bytes);
  const end = raw.indexOf(0);
  return raw.toString('latin1', 0, end === -1 ? field.bytes : end);
}

function putText(out: Uint8Array, field: { at: number; bytes: number }, value: string): void {
  out.set(Buffer.from(value, 'latin1').subarray(0, field.bytes - 1), field.at);
}
