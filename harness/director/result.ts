/** What an operation of the stage returned (guest/lib/stage-operations.h). */
const SIGNALLED = 1000;

export interface Signal {
  readonly signal: number;
  /** si_code. */
  readonly code: number;
}

export const signalResult = ({ signal, code }: Signal): number => -SIGNALLED - 100 * code - signal;

/** Undefined when it was no signal. */
export function signalOf(result: number): Signal | undefined {
  if (result > -SIGNALLED) return undefined;
  const number = -SIGNALLED - result;
  return { signal: number % 100, code: Math.floor(number / 100) };
}

export function resultText(result: bigint): string {
  const signal = signalOf(Number(result));
  if (signal !== undefined) return `signal ${signal.signal}, si_code ${signal.code}`;
  return result < 0n ? `errno ${-result}` : `it gave ${result}`;
}
