import type { Mismatch } from '../../verdict/mismatch.ts';
import { operationText } from './describe.ts';
import {
  OP,
  type History,
  type HistoryHeader,
  type HistoryRecord,
  type HistoryReport,
  type OpName,
} from './types.ts';

const NAMES = new Map(Object.entries(OP).map(([name, op]) => [op, name as OpName]));

/** What must be known of a history to name its threads: their roles, or what they did. */
interface Told {
  readonly header: HistoryHeader;
  readonly roles?: readonly string[];
  readonly threads?: History['threads'];
}

/** Where nobody gave the threads roles, what a thread did says what it was. */
function rolesOf({ roles, threads = [] }: Told): readonly string[] {
  if (roles !== undefined) return roles;
  return threads.map((records) => {
    const some = records.slice(0, 1000);
    if (some.some(({ op }) => op === OP.FORK)) return 'forker';
    if (some.some(({ op }) => op >= OP.MAP && op <= OP.MOVE)) return 'mapper';
    return some.some(({ op }) => op === OP.XCHG) ? 'faulter' : 'observer';
  });
}

/** Ticks as microseconds; tickets, which have no length, as themselves. */
const microsOf = (header: HistoryHeader, ticks: bigint): number =>
  header.ticksPerSecond === 0n ? Number(ticks) : (Number(ticks) * 1e6) / Number(header.ticksPerSecond);

const earliest = (records: readonly HistoryRecord[], otherwise: bigint): bigint =>
  records.reduce((first, { start }) => (start < first ? start : first), otherwise);

/** Violations as the run record wants them. */
export function historyMismatches(history: Told, report: HistoryReport): Mismatch[] {
  const roles = rolesOf(history);
  return report.violations.map((violation) => {
    const base = earliest(violation.operations, violation.at.start);
    return {
      model: 'history',
      rule: violation.rule,
      signature: `history: ${violation.rule} at ${NAMES.get(violation.at.op)!}`,
      explanation: violation.explanation,
      pages: [...violation.pages],
      operations: violation.operations.map((record) => ({
        thread: record.thread,
        role: roles[record.thread] ?? 'unknown',
        op: NAMES.get(record.op)!,
        text: operationText(record),
        startMicros: microsOf(history.header, record.start - base),
        endMicros: microsOf(history.header, (record.end < record.start ? record.start : record.end) - base),
        guilty: record === violation.at,
      })),
      possible: [...violation.possible],
    };
  });
}
