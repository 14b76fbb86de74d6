import { OP, OUTCOME } from '../../model/history/types.ts';

/** Numbers of docs/history-format.md, version 2; `guest/lib/history.h` is the other end. */

/** "SPFHIST1" read as a big-endian number. */
export const MAGIC = 0x5350464849535431n;
export const VERSION = 2;

export const HEADER_BYTES = 128;
export const CHUNK_HEADER_BYTES = 16;
export const RECORD_BYTES = 64;

/** Larger than any writer makes; a chunk that says more is damage, and must not make the reader wait for it. */
export const CHUNK_BYTES_MOST = 64 * 1024 * 1024;

export const NO_THREAD = 0xffffffff;

/** A record names its thread in 16 bits. */
export const THREADS_MOST = 0x10000;
/** More than any arena has: 1 TiB of 64-KiB pages. It bounds what the reader allocates. */
export const PAGES_MOST = 1 << 24;

export const CHUNK = { records: 1, roles: 2, pending: 3, end: 4, progress: 5 } as const;
export type ChunkName = keyof typeof CHUNK;

export const CLOCKS = { ticket: 1, counter: 2, monotonic: 3 } as const;
export type ClockName = keyof typeof CLOCKS;

/** Offsets in a record. */
export const RECORD = {
  start: 0,
  end: 8,
  value: 16,
  result: 24,
  page: 32,
  pages: 36,
  target: 40,
  sequence: 44,
  thread: 48,
  op: 50,
  outcome: 51,
  code: 52,
  spfBefore: 56,
  spfAfter: 60,
} as const;

const lastOp = Math.max(...Object.values(OP));
const lastOutcome = Math.max(...Object.values(OUTCOME));

/** Both are numbered without gaps, operations from 1 and outcomes from 0. */
export const isOp = (value: number): boolean => value >= 1 && value <= lastOp;
export const isOutcome = (value: number): boolean => value <= lastOutcome;
