import fc from 'fast-check';
import {
  OP,
  OUTCOME,
  type History,
  type HistoryHeader,
  type HistoryRecord,
  type Op,
  type Outcome,
} from '../../../harness/model/history/types.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const i32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const name = (most: number) => fc.string({ maxLength: most, unit: 'grapheme-ascii' });

const ARENA = 64;

const header = (threads: number): fc.Arbitrary<HistoryHeader> =>
  fc
    .record({
      byteOrder: fc.constantFrom('little' as const, 'big' as const),
      arch: u32,
      pageSize: fc.constantFrom(4096, 16384, 65536),
      clock: fc.constantFrom('ticket' as const, 'counter' as const, 'monotonic' as const),
      ...{ ticksPerSecond: fc.bigInt({ min: 1n, max: 2n ** 40n }), seed: u64, arenaBase: u64 },
      skew: fc.bigInt({ min: 0n, max: 1000n }),
      threads: fc.constant(threads),
      pages: fc.constant(ARENA),
      countsEachFault: fc.boolean(),
      initiallyMapped: fc.boolean(),
      workload: name(23),
      release: name(31),
    })
    .map((one) => (one.clock === 'ticket' ? { ...one, ticksPerSecond: 0n } : one));

const accesses: readonly Op[] = [OP.READ, OP.XCHG];
const calls = Object.values(OP).filter((op) => !accesses.includes(op) && op !== OP.CHILD_READ);

interface Shape {
  readonly op: Op;
  readonly outcome: Outcome;
  readonly first: number;
  readonly count: number;
  readonly wait: number;
  readonly length: number;
  readonly rest: Pick<HistoryRecord, 'value' | 'result' | 'code' | 'spfBefore' | 'spfAfter'>;
}

const shape: fc.Arbitrary<Shape> = fc.boolean().chain((access) =>
  fc.record({
    op: fc.constantFrom(...(access ? accesses : calls)),
    outcome: fc.constantFrom(OUTCOME.ok, access ? OUTCOME.signal : OUTCOME.error),
    first: fc.nat(15),
    count: fc.integer({ min: 1, max: 16 }),
    ...{ wait: fc.nat(50), length: fc.nat(50) },
    rest: fc.record({
      ...{ result: u64, code: i32, spfBefore: u32, spfAfter: u32 },
      value: u64.map((value) => (value === 0n ? 1n : value)),
    }),
  }),
);

const pagesOf = (op: Op, count: number): number => (accesses.includes(op) ? 1 : op === OP.FORK ? 0 : count);

/** Records as a thread may write them: its time goes on, its calls stay in the arena. */
function recordsOf(thread: number, shapes: readonly Shape[]): HistoryRecord[] {
  let tick = 1000n;
  return shapes.map(({ op, outcome, first, count, wait, length, rest }, sequence) => {
    const start = tick + BigInt(wait);
    tick = start + BigInt(length);
    const pages = pagesOf(op, count);
    const target = op === OP.MOVE ? 32 + first : 0;
    return { start, end: tick, page: first, pages, target, sequence, thread, op, outcome, ...rest };
  });
}

const pendingOf = (record: HistoryRecord, sequence: number): HistoryRecord => ({
  ...record,
  ...{ sequence, end: 0n, result: 0n, code: 0, outcome: OUTCOME.pending, op: OP.ZAP, pages: 1, target: 0 },
});

export type Written = Omit<History, 'doubts'> & { readonly roles: readonly string[] };

/** A history as a workload may write it: gapless sequences, at most one pending call a thread, after its records. */
export const anyHistory: fc.Arbitrary<Written> = fc
  .array(fc.record({ shapes: fc.array(shape, { maxLength: 12 }), pending: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((drawn) => {
    const threads = drawn.map(({ shapes }, thread) => recordsOf(thread, shapes));
    return fc.record({
      header: header(threads.length),
      threads: fc.constant(threads),
      pending: fc.constant(
        threads.flatMap((own, thread) =>
          drawn[thread]!.pending && own[0] !== undefined ? [pendingOf(own[0], own.length)] : [],
        ),
      ),
      complete: fc.boolean(),
      completeUntil: fc.bigInt({ min: 0n, max: 5000n }),
      roles: fc.constant(threads.map((_, thread) => (thread % 2 === 0 ? 'faulter' : 'mapper'))),
    });
  });
