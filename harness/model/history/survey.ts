import type { RecordFields } from './cursor.ts';
import { OP, OUTCOME } from './types.ts';

/** What is known of a history before any order is looked for; plain data that crosses a thread boundary. */
export interface Survey {
  readonly operations: number;
  readonly accesses: number;
  readonly signals: number;
  readonly structural: number;
  readonly pagesTouched: number;
  /** Of forked children, at a page each. */
  readonly looks: number;
  /** 1 for pages that a load, an exchange or a child's look was on. */
  readonly accessed: Uint8Array;
  /** What mremap moved, each once, with the first time that it did. */
  readonly moves: readonly Move[];
  /** By thread: start of the first record, end of the last; Infinity and -Infinity where there is none. */
  readonly firstStart: Float64Array;
  readonly lastEnd: Float64Array;
  /** Calls that returned an address which they cannot have meant, the first few: thread, and number in the thread. */
  readonly misplaced: readonly { readonly thread: number; readonly index: number; readonly page: number }[];
}

interface Move {
  readonly page: number;
  readonly target: number;
  readonly pages: number;
  readonly start: number;
}

const MISPLACED_MOST = 100;

/** Sees every record once, in any order that keeps each thread's, and remembers what the sweep must know. */
export class Surveyor {
  private operations = 0;
  private accesses = 0;
  private signals = 0;
  private structural = 0;
  private looks = 0;
  private readonly touched: Uint8Array;
  private readonly accessed: Uint8Array;
  private readonly moves = new Map<string, Move>();
  private readonly firstStart: Float64Array;
  private readonly lastEnd: Float64Array;
  private readonly counts: Float64Array;
  private readonly misplaced: { thread: number; index: number; page: number }[] = [];
  private readonly baseHigh: number;
  private readonly baseLow: number;
  private readonly pageSize: number;

  constructor(threads: number, arena: number, arenaBase: bigint, pageSize: number) {
    this.touched = new Uint8Array(arena);
    this.accessed = new Uint8Array(arena);
    this.firstStart = new Float64Array(threads).fill(Infinity);
    this.lastEnd = new Float64Array(threads).fill(-Infinity);
    this.counts = new Float64Array(threads);
    this.baseHigh = Number(arenaBase >> 32n);
    this.baseLow = Number(arenaBase & 0xffffffffn);
    this.pageSize = pageSize;
  }

  see(cursor: RecordFields): void {
    const { op, outcome, thread } = cursor;
    const index = this.counts[thread]!++;
    this.operations++;
    if (outcome !== OUTCOME.pending) {
      if (cursor.start < this.firstStart[thread]!) this.firstStart[thread] = cursor.start;
      this.lastEnd[thread] = cursor.end;
    }
    if (op === OP.READ || op === OP.XCHG) {
      this.accesses++;
      this.touched[cursor.page] = 1;
      this.accessed[cursor.page] = 1;
      if (outcome === OUTCOME.signal) this.signals++;
      return;
    }
    if (op === OP.CHILD_READ) {
      this.looks++;
      this.accessed[cursor.page] = 1;
      return;
    }
    this.structural++;
    if (op === OP.MOVE && outcome !== OUTCOME.error) this.seeMove(cursor);
    if (outcome !== OUTCOME.ok || (op !== OP.MAP && op !== OP.MAP_HINT && op !== OP.MOVE)) return;
    if (this.addressed(cursor) || this.misplaced.length === MISPLACED_MOST) return;
    this.misplaced.push({ thread, index, page: cursor.page });
  }

  private seeMove({ page, target, pages, start }: RecordFields): void {
    const key = `${page} ${target} ${pages}`;
    const known = this.moves.get(key);
    if (known === undefined || start < known.start) this.moves.set(key, { page, target, pages, start });
  }

  private addressed(cursor: RecordFields): boolean {
    const page = cursor.op === OP.MOVE ? cursor.target : cursor.page;
    return isAddress(cursor, page, this.baseHigh, this.baseLow, this.pageSize);
  }

  done(): Survey {
    let pagesTouched = 0;
    for (const page of this.touched) pagesTouched += page;
    const { operations, accesses, signals, structural, accessed, firstStart, lastEnd, misplaced } = this;
    const moves = [...this.moves.values()];
    return {
      ...{ operations, accesses, signals, structural, pagesTouched, looks: this.looks, accessed, moves },
      ...{ firstStart, lastEnd, misplaced },
    };
  }
}

/** Does `result` hold the address of this page? */
export function isAddress(
  { resultLow, resultHigh }: Pick<RecordFields, 'resultLow' | 'resultHigh'>,
  page: number,
  baseHigh: number,
  baseLow: number,
  pageSize: number,
): boolean {
  const low = baseLow + page * pageSize;
  return (low | 0) === resultLow && ((baseHigh + Math.floor(low / 4294967296)) | 0) === resultHigh;
}
