import type { RecordFields } from './cursor.ts';
import { operationText } from './describe.ts';
import type { HistorySource } from './source.ts';
import { OP, OUTCOME, type HistoryRecord, type Op, type Outcome, type Violation } from './types.ts';

/** Looks of children that are kept at once; a history with more is not judged across pages. */
const LOOKS_MOST = 4_000_000;

/** A fork, and what confines its instant: all pages of the child are of that one instant. */
interface Fork {
  readonly record: HistoryRecord;
  /** The child saw a value of an exchange that began no earlier than this. */
  after: Bound | null;
  /** The child saw a value that an exchange had taken away by then. */
  before: Bound | null;
}
interface Bound {
  readonly exchange: HistoryRecord;
  readonly look: HistoryRecord;
}
interface Seen {
  readonly fork: Fork;
  readonly look: HistoryRecord;
}

const keyOf = (low: number, high: number): string => `${high} ${low}`;

/** A record as it is told, from the fields under a cursor. */
function recordOf(fields: RecordFields, base: bigint): HistoryRecord {
  const wide = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const { thread, page, pages, target, code } = fields;
  return {
    start: base + BigInt(fields.start),
    end: base + BigInt(fields.end),
    value: wide(fields.valueLow, fields.valueHigh),
    result: wide(fields.resultLow, fields.resultHigh),
    ...{ thread, page, pages, target, code, sequence: 0, spfBefore: 0, spfAfter: 0 },
    op: fields.op as Op,
    outcome: fields.outcome as Outcome,
  };
}

/** Values that children saw, each with the forks whose children did. Zero tells nothing: it has no writer. */
function looksOf(source: HistorySource): Map<string, Seen[]> {
  const seen = new Map<string, Seen[]>();
  for (const cursor of source.cursors(null)) {
    let fork: Fork | null = null;
    while (cursor.advance()) {
      if (cursor.op === OP.FORK) fork = { record: recordOf(cursor, source.base), after: null, before: null };
      if (fork === null || cursor.op !== OP.CHILD_READ || cursor.outcome !== OUTCOME.ok) continue;
      const { resultLow, resultHigh } = cursor;
      if (resultLow === 0 && resultHigh === 0) continue;
      const key = keyOf(resultLow, resultHigh);
      const known = seen.get(key);
      const look = { fork, look: recordOf(cursor, source.base) };
      if (known === undefined) seen.set(key, [look]);
      else known.push(look);
    }
  }
  return seen;
}

/**
 * The cross-page layer for fork, which takes its image of all pages at one instant (dup_mmap() in kernel/fork.c holds
 * mmap_lock for writing until the parent's TLBs are flushed). An exchange whose value the child has began before that
 * instant; one that took a value away that the child still has ended after it. Where the first of these began after the
 * second had ended, there was no such instant, however well each page alone can be explained.
 *
 * Values are unique, so this asks only who wrote and who took what the child saw: two passes, and memory for the looks.
 */
export function tornForks(source: HistorySource): Violation[] {
  const { survey, header, base } = source;
  if (survey.looks === 0 || survey.looks > LOOKS_MOST) return [];
  const seen = looksOf(source);
  const forks = new Set<Fork>();
  for (const cursor of source.cursors(null))
    while (cursor.advance()) {
      if (cursor.op !== OP.XCHG || cursor.outcome !== OUTCOME.ok) continue;
      const written = seen.get(keyOf(cursor.valueLow, cursor.valueHigh));
      const taken = seen.get(keyOf(cursor.resultLow, cursor.resultHigh));
      if (written === undefined && taken === undefined) continue;
      const exchange = recordOf(cursor, base);
      for (const { fork, look } of written ?? []) {
        forks.add(fork);
        if (fork.after === null || exchange.start > fork.after.exchange.start)
          fork.after = { exchange, look };
      }
      for (const { fork, look } of taken ?? []) {
        forks.add(fork);
        if (fork.before === null || exchange.end < fork.before.exchange.end) fork.before = { exchange, look };
      }
    }
  return [...forks].flatMap(({ record, after, before }) =>
    after !== null &&
    before !== null &&
    after.exchange.start - header.skew > before.exchange.end + header.skew
      ? [violation(record, after, before)]
      : [],
  );
}

function violation(fork: HistoryRecord, after: Bound, before: Bound): Violation {
  const operations = [...new Set([fork, before.exchange, before.look, after.exchange, after.look])];
  return {
    pages: [...new Set([before.look.page, after.look.page])],
    rule: 'fork-not-one-instant',
    explanation: `The child of fork ${fork.value} has page ${after.look.page} as ${operationText(after.exchange)} left it, and page ${before.look.page} as it was before ${operationText(before.exchange)}, which had ended before the former began: its image is not of one instant.`,
    at: after.look,
    possible: [],
    operations: operations.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0)),
  };
}
