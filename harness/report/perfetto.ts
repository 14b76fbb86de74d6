import type { Mismatch } from '../store/record.ts';

/** One history's violations, with the file that they were found in. */
export interface TracedHistory {
  readonly file: string;
  readonly mismatches: readonly Mismatch[];
}

/**
 * Violations as a trace in the JSON format of Chromium, which ui.perfetto.dev opens: a process a violation, a track a
 * thread, a slice an operation. Times are microseconds since the violation's first operation.
 */
export function perfettoTrace(histories: readonly TracedHistory[]): string {
  let process = 0;
  const events = histories.flatMap(({ file, mismatches }) =>
    mismatches.flatMap((mismatch) => violationEvents(++process, file, mismatch)),
  );
  return `${JSON.stringify({ displayTimeUnit: 'ns', traceEvents: events })}\n`;
}

function violationEvents(pid: number, file: string, mismatch: Mismatch): object[] {
  const { rule, pages, explanation, possible, operations } = mismatch;
  const roles = new Map(operations.map(({ thread, role }) => [thread, role]));
  const name = `${rule}, page ${pages.join(', ')} (${file})`;
  return [
    { name: 'process_name', ph: 'M', pid, args: { name } },
    ...[...roles].map(([tid, role]) => ({
      ...{ name: 'thread_name', ph: 'M', pid, tid },
      args: { name: `T${tid} ${role}` },
    })),
    ...operations.map(({ thread: tid, op, text, startMicros: ts, endMicros, guilty }) => ({
      ...{ name: text, cat: op, ph: 'X', pid, tid, ts, dur: Math.max(endMicros - ts, 0.001) },
      ...(guilty && { cname: 'terrible' }),
      args: guilty ? { guilty, rule, explanation, possible: possible.join('; ') } : {},
    })),
  ];
}
