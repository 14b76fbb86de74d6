import type { Progress } from '../base/context.ts';

export interface MakeStep {
  readonly tool: string;
  readonly target: string;
}

/** A line of make's short output: `  CC      mm/memory.o`; undefined for anything else. */
export function parseCommand(line: string): MakeStep | undefined {
  const [, tool, target] = /^ {2}([A-Z][A-Z0-9_+-]*)\s+(\S.*)$/.exec(line) ?? [];
  return tool === undefined || target === undefined ? undefined : { tool, target };
}

/** A command that counts as a step: checks run every time and take no time, so the count would depend on what was there already. */
export function parseStep(line: string): MakeStep | undefined {
  const command = parseCommand(line);
  return command === undefined || ['CHK', 'UPD', 'CALL'].includes(command.tool) ? undefined : command;
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
