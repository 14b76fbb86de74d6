import type { Line } from '../lines/line.ts';
import type { Row } from '../patterns/row.ts';

/** The lines of one complaint while it is being printed. */
export interface ConsoleEvent {
  readonly row: Row;
  readonly head: Line;
  /** Lines before the head, of the same caller as far as that is known: VM_BUG_ON_* dump the object there. */
  readonly before: readonly Line[];
  /** From the head on, of the same caller. */
  readonly own: Line[];
  /** Printed by other tasks and CPUs meanwhile: a stall's traces often are. */
  readonly others: Line[];
  panicked: string | undefined;
  rebooted: string | undefined;
}

/** No report is longer; a hung machine's listing of all tasks is, and only its beginning counts. */
export const maxEventLines = 1000;
export const maxBefore = 60;

/** Whether two lines may be of the same report: those without a caller tag fit everyone. */
export function sameCaller(a: Line, b: Line): boolean {
  return a.caller === null || b.caller === null || a.caller === b.caller;
}

/** Lines of the event and, where its own callers did not print a trace, of the others, in the order of the log. */
export function mixedLines(event: ConsoleEvent): Line[] {
  return [...event.own, ...event.others].sort((a, b) => a.number - b.number);
}
