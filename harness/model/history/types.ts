/** What the history checker takes and gives. Plain data; the codec in harness/workload/history makes it from bytes. */

export const OP = {
  READ: 1,
  XCHG: 2,
  MAP: 3,
  MAP_HINT: 4,
  UNMAP: 5,
  PROTECT: 6,
  ZAP: 7,
  MOVE: 8,
  FORK: 9,
  CHILD_READ: 10,
  FREE: 11,
} as const;
export type OpName = keyof typeof OP;
export type Op = (typeof OP)[OpName];

export const OUTCOME = { ok: 0, error: 1, signal: 2, pending: 3 } as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** One operation of one thread; the fields are those of docs/history-format.md. Ticks and values are exact. */
export interface HistoryRecord {
  readonly start: bigint;
  readonly end: bigint;
  readonly value: bigint;
  readonly result: bigint;
  readonly page: number;
  readonly pages: number;
  readonly target: number;
  readonly sequence: number;
  readonly thread: number;
  readonly op: Op;
  readonly outcome: Outcome;
  readonly code: number;
  readonly spfBefore: number;
  readonly spfAfter: number;
}

export interface HistoryHeader {
  readonly byteOrder: 'little' | 'big';
  readonly arch: number;
  readonly pageSize: number;
  readonly clock: 'ticket' | 'counter' | 'monotonic';
  readonly ticksPerSecond: bigint;
  readonly skew: bigint;
  readonly seed: bigint;
  readonly pages: number;
  readonly threads: number;
  readonly arenaBase: bigint;
  readonly countsEachFault: boolean;
  readonly initiallyMapped: boolean;
  readonly workload: string;
  readonly release: string;
}

export interface History {
  readonly header: HistoryHeader;
  /** Per thread, in that thread's order. */
  readonly threads: readonly (readonly HistoryRecord[])[];
  /** Calls that had begun and whose end is unknown; they may have taken effect or not. */
  readonly pending: readonly HistoryRecord[];
  /** True when the workload finished and everything is here. */
  readonly complete: boolean;
  /** Of a cut history: every operation that ended before this tick is here. 0 when nothing is known. */
  readonly completeUntil: bigint;
  /** What was wrong with the bytes, for people; empty when all was well. */
  readonly doubts: readonly string[];
}

/** A page (or several joined by mremap) whose operations no order explains. */
export interface Violation {
  readonly pages: readonly number[];
  /** The rule that broke, a stable word: `lost-write`, `stale-value`, `access-after-unmap`, … */
  readonly rule: string;
  /** One sentence for people, in the kernel's terms. */
  readonly explanation: string;
  /** The operation at which no order was left. */
  readonly at: HistoryRecord;
  /** What was known to be possible just before: states of the page as text. */
  readonly possible: readonly string[];
  /** A small set of operations that is already inexplicable (the operation itself included), in time order. */
  readonly operations: readonly HistoryRecord[];
  /** Further operations that broke the same rule and are not listed; absent when there are none. */
  readonly repeated?: number;
}

export interface HistoryReport {
  readonly violations: readonly Violation[];
  /** Pages that could not be judged, with the reason (search grew past its bound). Doubt is data. */
  readonly undecided: readonly { readonly pages: readonly number[]; readonly reason: string }[];
  /** Pages beyond the violations that are told: those that nothing explains, and those where si_codes alone are wrong. */
  readonly untold: { readonly inexplicable: readonly number[]; readonly wrongCode: readonly number[] };
  readonly stats: {
    readonly operations: number;
    readonly accesses: number;
    readonly signals: number;
    readonly structural: number;
    readonly pagesTouched: number;
    /** Pairs (access, structural call) on one page whose intervals overlap: zero means that the run raced nothing. */
    readonly overlaps: number;
    readonly maxConfigurations: number;
  };
}
