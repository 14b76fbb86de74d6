import type { Line } from '../lines/line.ts';
import { banner, consequence, endOfKernel, endOfReport, panicLine, restarts } from '../patterns/marks.ts';
import { harmless } from '../patterns/table.ts';
import { rowsFor } from '../patterns/vocabulary.ts';
import type { Row } from '../patterns/row.ts';
import { type ConsoleEvent, maxEventLines, sameCaller } from './event.ts';

/** A report whose lines are a minute apart is two things. */
const maxGapSeconds = 60;
/** `Oops:` stands within this many lines of the head that it goes on with (arm64 explains the fault in between). */
const maxLinesToContinue = 30;

/** What restarts so much later does so for another reason; firmware has no times. */
const maxLinesToRestart = 200;

export interface Detector {
  push(line: Line): void;
  /** Nothing is being read: lines without words can be left out. */
  idle(): boolean;
  end(): void;
}

export interface DetectorEvents {
  /** Called once for each event, when its last line has been seen. */
  readonly onEvent: (event: ConsoleEvent) => void;
  /** `event.panicked` or `event.rebooted` has been set. May come before or after `onEvent`. */
  readonly onFollowed: (event: ConsoleEvent) => void;
  /** The lines before the one that was pushed last; asked for where a report begins. */
  readonly recent: () => readonly Line[];
}

/** Finds where complaints begin and which lines belong to them, in one pass over the lines with bounded memory. */
export function createDetector({ onEvent, onFollowed, recent }: DetectorEvents): Detector {
  let open: ConsoleEvent[] = [];
  let last: ConsoleEvent | undefined;
  let dead = false;

  const close = (closing: (event: ConsoleEvent) => boolean) => {
    const closed = open.filter(closing);
    open = open.filter((event) => !closed.includes(event));
    closed.forEach(onEvent);
  };
  const start = (row: Row, line: Line): ConsoleEvent => {
    if (row.oneLine !== true) close((event) => sameCaller(event.head, line));
    const before = recent().filter((other) => sameCaller(other, line));
    last = { row, head: line, before, own: [], others: [], panicked: undefined, rebooted: undefined };
    open.push(last);
    return last;
  };
  const panic = (row: Row, line: Line, message: string) => {
    const mine = open.findLast((event) => sameCaller(event.head, line)) ?? last;
    const caused = mine !== undefined && consequence.test(message) && gap(mine, line) <= maxGapSeconds;
    const event = caused ? mine : start(row, line);
    event.panicked ??= message;
    onFollowed(event);
  };
  const restart = (line: Line) => {
    if (last === undefined || !restarts.test(line.text) || gap(last, line) > maxGapSeconds) return;
    const end = last.own.at(-1) ?? last.head;
    if (line.number - end.number > maxLinesToRestart) return;
    last.rebooted ??= line.text;
    onFollowed(last);
  };
  const begin = (line: Line) => {
    if (dead || line.words.length === 0 || harmless.test(line.text)) return;
    const row = rowsFor(line.words).find(
      ({ head, printk }) => head.test(line.text) && (printk !== true || line.printk),
    );
    if (row === undefined) return;
    const message = panicLine.exec(line.text)?.groups?.['message'];
    if (message !== undefined) panic(row, line, message);
    else if (!open.some((event) => goesOn(event, row, line))) start(row, line);
  };

  return {
    push(line) {
      if (line.words.length > 0) restart(line);
      if (line.words.length > 0 && banner.test(line.text)) {
        close(() => true);
        dead = false;
        last = undefined;
      }
      begin(line);
      const owned = line.caller !== null && open.some(({ head }) => head.caller === line.caller);
      for (const event of open) {
        if (sameCaller(event.head, line)) event.own.push(line);
        // What is another's report tells nothing of this one.
        else if (!owned && event.others.length < maxEventLines) event.others.push(line);
      }
      if (line.words.length > 0 && endOfKernel.test(line.text)) dead = true;
      if (open.some((event) => isOver(event, line))) close((event) => isOver(event, line));
    },
    idle: () => open.length === 0,
    end() {
      close(() => true);
    },
  };
}

/** Whether a line that could begin a report only continues this one. */
function goesOn(event: ConsoleEvent, { goesOn: after }: Row, line: Line): boolean {
  if (after === undefined || !sameCaller(event.head, line)) return false;
  return after === 'any' ? event.own.length <= maxLinesToContinue : after.includes(event.row.kind);
}

/** Seconds since the event's last own line; 0 where the console has no times. */
function gap(event: ConsoleEvent, line: Line): number {
  const time = event.own.at(-1)?.time ?? null;
  return time === null || line.time === null ? 0 : line.time - time;
}

function isOver(event: ConsoleEvent, line: Line): boolean {
  if (event.row.oneLine === true || event.own.length >= maxEventLines) return true;
  if (event.own.at(-1) !== line) return gap(event, line) > maxGapSeconds;
  return line.words.length > 0 && endOfReport.test(line.text) && event.own.length > 1;
}
