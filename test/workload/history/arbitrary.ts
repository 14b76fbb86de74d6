import fc from 'fast-check';
import {
  OP,
  OUTCOME,
  type History,
  type HistoryHeader,
  type HistoryRecord,
} from '../../../harness/model/history/types.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const i32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const name = (most: number) => fc.string({ maxLength: most, unit: 'grapheme-ascii' });

const header = (threads: number): fc.Arbitrary<HistoryHeader> =>
  fc.record({
    byteOrder: fc.constantFrom('little', 'big'),
    arch: u32,
    pageSize: u32,
    clock: fc.constantFrom('ticket', 'counter', 'monotonic'),
    ...{ ticksPerSecond: u64, skew: u64, seed: u64, pages: u32, arenaBase: u64 },
    threads: fc.constant(threads),
    countsEachFault: fc.boolean(),
    initiallyMapped: fc.boolean(),
    workload: name(23),
    release: name(31),
  });

const record = (thread: number, sequence: number, pending: boolean): fc.Arbitrary<HistoryRecord> =>
  fc.record({
    ...{ start: u64, end: u64, value: u64, result: u64 },
    ...{ page: u32, pages: u32, target: u32, code: i32, spfBefore: u32, spfAfter: u32 },
    ...{ thread: fc.constant(thread), sequence: fc.constant(sequence) },
    op: fc.constantFrom(...Object.values(OP)),
    outcome: pending
      ? fc.constant(OUTCOME.pending)
      : fc.constantFrom(OUTCOME.ok, OUTCOME.error, OUTCOME.signal),
  });

const sequence = (thread: number, length: number): fc.Arbitrary<HistoryRecord[]> =>
  fc.tuple(...Array.from({ length }, (_, n) => record(thread, n, false)));

export type Written = Omit<History, 'doubts'> & { readonly roles: readonly string[] };

/** A history as a workload may write it: gapless sequences, at most one pending call a thread, after its records. */
export const anyHistory: fc.Arbitrary<Written> = fc
  .array(fc.record({ length: fc.nat(12), pending: fc.boolean() }), { maxLength: 4 })
  .chain((threads) =>
    fc.record({
      header: header(threads.length),
      threads: fc.tuple(...threads.map(({ length }, thread) => sequence(thread, length))),
      pending: fc.tuple(
        ...threads.flatMap(({ length, pending }, thread) => (pending ? [record(thread, length, true)] : [])),
      ),
      complete: fc.boolean(),
      completeUntil: u64,
      roles: fc.constant(threads.map((_, thread) => (thread % 2 === 0 ? 'faulter' : 'mapper'))),
    }),
  );
