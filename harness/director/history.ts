import { OP, OUTCOME, type History, type HistoryRecord, type Op } from '../model/history/types.ts';
import { operationsOf } from './cast.ts';
import { signalOf } from './result.ts';
import type { DirectedSchedule } from './schedule.ts';

/** When an operation began and ended, by tickets that its threads draw (guest/workloads/stage.c). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is known of a performance, by actor: each operation's span and what it returned. */
export interface Performance {
  readonly spans: Readonly<Record<string, readonly Span[]>>;
  readonly results: Readonly<Record<string, readonly number[]>>;
}

const PAGE_BYTES = 4096;
const AREA_PAGES = 1024;
const AREAS = 8;
/** Addresses mean nothing here: the stage does not tell them, and the checker only compares them. */
const BASE = 0x1000_0000n;

const addressOf = (page: number): bigint => BASE + BigInt(page) * BigInt(PAGE_BYTES);

/**
 * The history of a performance. The setup is a thread that was over before the others began.
 *
 * @returns why it has none: an operation that histories do not know, or one whose program did not live to say.
 */
export function historyOf(
  { setup, actors }: Pick<DirectedSchedule, 'setup' | 'actors'>,
  { spans, results }: Performance,
): History | string {
  const prepared = operationsOf(setup).filter((one) => one.trim() !== '');
  const threads: HistoryRecord[][] = [
    // Its exchanges are of pages that nobody has touched.
    prepared.flatMap((text, nth) => recordOf(text, 0, nth, { start: 2 * nth, end: 2 * nth + 1 }, 0) ?? []),
  ];
  if (threads[0]!.length < prepared.length) return 'its setup does what histories do not know';
  const began = 2 * prepared.length;
  for (const [name, all] of Object.entries(actors)) {
    const mine: HistoryRecord[] = [];
    for (const [nth, text] of operationsOf(all).entries()) {
      const span = spans[name]?.[nth];
      const result = results[name]?.[nth];
      if (span === undefined || result === undefined) return `nobody saw operation ${nth + 1} of ${name} end`;
      // It waits, and changes nothing.
      if (text.trim() === 'grace') continue;
      const seen = { start: began + span.start, end: began + span.end };
      const record = recordOf(text, threads.length, mine.length, seen, result);
      if (record === undefined) return `histories do not know "${text.trim()}"`;
      mine.push(record);
    }
    threads.push(mine);
  }
  return {
    header: {
      ...{
        byteOrder: 'little',
        arch: 0,
        pageSize: PAGE_BYTES,
        clock: 'ticket',
        ticksPerSecond: 0n,
        skew: 0n,
      },
      ...{ seed: 0n, pages: AREAS * AREA_PAGES, threads: threads.length, arenaBase: BASE, release: '' },
      ...{ countsEachFault: false, initiallyMapped: false, workload: 'stage' },
    },
    ...{ threads, pending: [], complete: true, completeUntil: 0n, doubts: [] },
  };
}

/** A place as a page of the arena; only the first value of a page is one that histories know. */
function pageOf(place: string | undefined): number | undefined {
  const read = /^([a-h])(?:\+(\d+))?$/.exec(place ?? '');
  if (read === null) return undefined;
  return (read[1]!.charCodeAt(0) - 'a'.charCodeAt(0)) * AREA_PAGES + Number(read[2] ?? 0);
}

const OPS: Readonly<Record<string, Op>> = {
  load: OP.READ,
  exchange: OP.XCHG,
  // MAP_FIXED_NOREPLACE: the kernel gives what was asked for, or nothing.
  map: OP.MAP_HINT,
  unmap: OP.UNMAP,
  protect: OP.PROTECT,
  discard: OP.ZAP,
  move: OP.MOVE,
  fork: OP.FORK,
  spawn: OP.FORK,
};
const RIGHTS: Readonly<Record<string, bigint>> = { none: 0n, r: 1n, rw: 3n };

function recordOf(
  text: string,
  thread: number,
  sequence: number,
  span: { start: number; end: number },
  result: number,
): HistoryRecord | undefined {
  const [word = '', place, second, third] = text.trim().split(' ');
  const op = OPS[word];
  const page = op === OP.FORK ? 0 : pageOf(place);
  const target = op === OP.MOVE ? pageOf(third) : 0;
  if (op === undefined || page === undefined || target === undefined) return undefined;
  const access = op === OP.READ || op === OP.XCHG;
  const signal = access ? signalOf(result) : undefined;
  const failed = !access && result < 0;
  const placed = op === OP.MOVE ? target : page;
  const pages = access ? 1 : op === OP.FORK ? 0 : Number(second);
  return {
    ...{ op, thread, sequence, page, pages, target, spfBefore: 0, spfAfter: 0 },
    start: BigInt(span.start),
    end: BigInt(span.end),
    value: valueOf(op, second, third, sequence),
    result:
      signal !== undefined ? addressOf(page) : access ? BigInt(result) : failed ? 0n : addressOf(placed),
    outcome: signal !== undefined ? OUTCOME.signal : failed ? OUTCOME.error : OUTCOME.ok,
    code: signal?.code ?? (failed ? -result : 0),
  };
}

function valueOf(op: Op, second = '0', third = 'rw', sequence: number): bigint {
  if (op === OP.XCHG) return BigInt(second);
  if (op === OP.PROTECT || op === OP.MAP_HINT) return RIGHTS[third] ?? 0n;
  return op === OP.FORK ? BigInt(sequence) : 0n;
}
