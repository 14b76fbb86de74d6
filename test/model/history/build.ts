import {
  OP,
  OUTCOME,
  type History,
  type HistoryHeader,
  type HistoryRecord,
  type Op,
} from '../../../harness/model/history/types.ts';

/** Histories by hand: `at(0).xchg(1, 5, 0n, 7n)` is "thread 0, from tick 1 to 5, page 0, exchange 0 -> 7". */

const ARENA = 0x10000n;
const SIZE = 4096n;

export type Draft = Partial<HistoryRecord> & Pick<HistoryRecord, 'thread' | 'op' | 'start' | 'end'>;

const draft = (thread: number, op: Op, start: number, end: number, rest: Partial<HistoryRecord>): Draft => ({
  thread,
  op,
  start: BigInt(start),
  end: BigInt(end),
  ...rest,
});

/** Operations of a thread, on page 0 unless `page` says otherwise. */
export const at = (thread: number, page = 0) => ({
  read: (start: number, end: number, result: bigint) => draft(thread, OP.READ, start, end, { page, result }),
  xchg: (start: number, end: number, result: bigint, value: bigint) =>
    draft(thread, OP.XCHG, start, end, { page, result, value }),
  segv: (op: 'READ' | 'XCHG', start: number, end: number, code: 1 | 2) =>
    draft(thread, OP[op], start, end, {
      page,
      code,
      outcome: OUTCOME.signal,
      result: ARENA + BigInt(page) * SIZE,
      value: op === 'XCHG' ? BigInt(0x1000 + start) : 0n,
    }),
  map: (start: number, end: number, prot = 3) =>
    draft(thread, OP.MAP, start, end, { page, value: BigInt(prot), result: ARENA + BigInt(page) * SIZE }),
  hint: (start: number, end: number, prot = 3) =>
    draft(thread, OP.MAP_HINT, start, end, {
      page,
      value: BigInt(prot),
      result: ARENA + BigInt(page) * SIZE,
    }),
  unmap: (start: number, end: number) => draft(thread, OP.UNMAP, start, end, { page }),
  protect: (start: number, end: number, prot: number) =>
    draft(thread, OP.PROTECT, start, end, { page, value: BigInt(prot) }),
  zap: (start: number, end: number) => draft(thread, OP.ZAP, start, end, { page }),
  free: (start: number, end: number) => draft(thread, OP.FREE, start, end, { page }),
  move: (start: number, end: number, target: number) =>
    draft(thread, OP.MOVE, start, end, { page, target, result: ARENA + BigInt(target) * SIZE }),
  fork: (start: number, end: number, value: bigint) =>
    draft(thread, OP.FORK, start, end, { pages: 0, value }),
  child: (start: number, end: number, value: bigint, result: bigint) =>
    draft(thread, OP.CHILD_READ, start, end, { page, value, result }),
});

/** The call failed with this errno. */
export const failed = (call: Draft, code: number): Draft => ({
  ...call,
  outcome: OUTCOME.error,
  code,
  result: 0n,
});

export const over = (call: Draft, pages: number): Draft => ({ ...call, pages });

export function historyOf(drafts: readonly Draft[], header: Partial<HistoryHeader> = {}): History {
  const threads: HistoryRecord[][] = [];
  for (const record of drafts) {
    while (threads.length <= record.thread) threads.push([]);
    const own = threads[record.thread]!;
    own.push({
      value: 0n,
      result: 0n,
      page: 0,
      pages: 1,
      target: 0,
      outcome: OUTCOME.ok,
      code: 0,
      spfBefore: 0,
      spfAfter: 0,
      sequence: own.length,
      ...record,
    });
  }
  return {
    header: {
      byteOrder: 'little',
      arch: 1,
      pageSize: Number(SIZE),
      clock: 'counter',
      ticksPerSecond: 1_000_000n,
      skew: 0n,
      seed: 1n,
      pages: 8,
      threads: threads.length,
      arenaBase: ARENA,
      countsEachFault: false,
      initiallyMapped: true,
      workload: 'by hand',
      release: 'none',
      ...header,
    },
    threads,
    pending: [],
    complete: true,
    completeUntil: 0n,
    doubts: [],
  };
}
