import { DUTY, type Columns } from './columns.ts';
import { effectsOf } from './effects.ts';
import { isSigbus, oddCode } from './odd.ts';
import { OP, OUTCOME, type HistoryHeader, type HistoryRecord, type Violation } from './types.ts';

/** What a record alone (or a pair) shows to be wrong, before any order is looked for. */
type Oddity = Pick<Violation, 'rule' | 'explanation'>;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

function oddSignal(record: HistoryRecord, header: HistoryHeader): Oddity | null {
  const who = record.op === OP.CHILD_READ ? 'The child' : `T${record.thread}`;
  if (isSigbus(record.code))
    return {
      rule: 'unexpected-sigbus',
      explanation: `${who} got SIGBUS on page ${record.page}: private anonymous memory has no end of file to be beyond.`,
    };
  if (oddCode(record.code))
    return {
      rule: 'wrong-signal-code',
      explanation: `${who} got SIGSEGV with si_code ${record.code} on page ${record.page}; a page fault gives SEGV_MAPERR or SEGV_ACCERR.`,
    };
  const address = header.arenaBase + BigInt(record.page) * BigInt(header.pageSize);
  if (record.result !== address)
    return {
      rule: 'wrong-signal-address',
      explanation: `${who} accessed ${hex(address)} (page ${record.page}) and got SIGSEGV for ${hex(record.result)}.`,
    };
  return null;
}

function oddAddress(record: HistoryRecord, header: HistoryHeader): Oddity | null {
  const first = record.op === OP.MOVE ? record.target : record.page;
  const address = header.arenaBase + BigInt(first) * BigInt(header.pageSize);
  if (record.result === address) return null;
  const call = record.op === OP.MOVE ? 'mremap' : 'mmap';
  return {
    rule: 'wrong-address',
    explanation: `T${record.thread}'s ${call} was to give ${hex(address)} and returned ${hex(record.result)}.`,
  };
}

function oddity(record: HistoryRecord, header: HistoryHeader): Oddity | null {
  if (record.outcome === OUTCOME.signal) return oddSignal(record, header);
  const placed = record.op === OP.MAP || record.op === OP.MAP_HINT || record.op === OP.MOVE;
  return placed && record.outcome === OUTCOME.ok ? oddAddress(record, header) : null;
}

const sameLook = (a: HistoryRecord, b: HistoryRecord): boolean =>
  a.outcome === b.outcome && a.result === b.result && a.code === b.code;

/** A child's memory is its own: it must see the same at each look. The further looks say no more than the first. */
function screenLooks(columns: Columns, found: (row: number, first: number) => void): void {
  let fork: HistoryRecord | null = null;
  const firstLook = new Map<number, number>();
  for (let row = 0; row < columns.count; row++) {
    if (columns.op[row] !== OP.CHILD_READ || columns.duty[row] === DUTY.dropped) continue;
    const record = columns.records[row]!;
    if (fork === null || fork.value !== record.value || fork.thread !== record.thread) firstLook.clear();
    fork = record;
    const first = firstLook.get(record.page);
    if (first === undefined) {
      firstLook.set(record.page, row);
      continue;
    }
    columns.duty[row] = DUTY.dropped;
    if (!sameLook(columns.records[first]!, record)) found(row, first);
  }
}

/** Take out of the search what needs none, and what it could do nothing with. Changes `columns.duty`. */
export function screen(columns: Columns, header: HistoryHeader): Violation[] {
  const violations: Violation[] = [];
  for (let row = 0; row < columns.count; row++) {
    if (columns.duty[row] !== DUTY.required) continue;
    const op = columns.op[row]!;
    const access = op === OP.READ || op === OP.XCHG;
    if (!access && op !== OP.CHILD_READ && columns.outcome[row] === OUTCOME.error) {
      if (effectsOf(columns.records[row]!).length === 0) columns.duty[row] = DUTY.dropped;
      continue;
    }
    if (columns.outcome[row] === OUTCOME.ok && !(op >= OP.MAP && op <= OP.MOVE)) continue;
    const record = columns.records[row]!;
    const odd = oddity(record, header);
    if (odd === null) continue;
    violations.push({ pages: [record.page], ...odd, at: record, possible: [], operations: [record] });
    // A call that returned the wrong address did something somewhere; an access with an odd signal changed nothing.
    columns.duty[row] = access || op === OP.CHILD_READ ? DUTY.dropped : DUTY.optional;
  }
  screenLooks(columns, (row, first) => {
    const at = columns.records[row]!;
    const before = columns.records[first]!;
    violations.push({
      pages: [at.page],
      rule: 'child-not-a-cut',
      explanation: `The child of fork ${at.value} looked at page ${at.page} twice and saw two things: a store of the parent reached the child's memory after the fork.`,
      at,
      possible: [],
      operations: [before, at],
    });
  });
  return violations;
}
