import type { Progress } from '../base/context.ts';

/** A line of make's short output: `  CC      mm/memory.o`; undefined for anything else. */
export function parseStep(line: string): { tool: string; target: string } | undefined {
  const [, tool, target] = /^ {2}([A-Z][A-Z0-9_+-]*)\s+(\S.*)$/.exec(line) ?? [];
  if (tool === undefined || target === undefined) return undefined;
  // Checks run every time and take no time: they would make the count depend on what was there already.
  return tool === 'CHK' || tool === 'UPD' || tool === 'CALL' ? undefined : { tool, target };
}

/** How many steps a whole build has, and how that is known. */
export interface ExpectedSteps {
  readonly steps: number;
  /** False: a figure of another kernel; the percentage is then said to be about. */
  readonly exact: boolean;
}

/** Shares of time are taken for shares of steps; before this share an estimate of the time left would be a guess. */
const earliest = 0.03;

/** What to tell people after `done` steps and `seconds`; without an expectation only the count. */
export function buildProgress(
  done: number,
  target: string,
  seconds: number,
  expected: ExpectedSteps | undefined,
): Progress {
  const task = 'build';
  if (expected === undefined) {
    return { task, text: `${done} steps, their number is not known yet: ${target}` };
  }
  // More steps than expected: nearly done is all that is known.
  const fraction = Math.min(done / expected.steps, 0.99);
  const about = expected.exact ? '' : 'about ';
  const text = `${done} of ${about}${Math.max(expected.steps, done)} steps: ${target}`;
  if (fraction < earliest) return { task, text, fraction };
  return { task, text, fraction, secondsLeft: Math.round((seconds * (1 - fraction)) / fraction) };
}
