import { join } from 'node:path';
import { CancelledError, RigError } from '../../base/errors.ts';
import type { Running } from '../../machine/types.ts';
import type { Program } from '../../model/address-space/operation.ts';
import { encodePrograms } from '../../workload/conform/programs.ts';
import { ResultReader, type ConformStart, type ObservedProgram } from '../../workload/conform/results.ts';

export interface BatchResult {
  readonly start: ConformStart;
  /** One a program, in order; fewer when the machine went away. */
  readonly programs: readonly ObservedProgram[];
  /** The machine went away while the program after the last one here was running. */
  readonly lost: boolean;
}

export interface BatchOptions {
  /** Everything after each step in words, not only in digests. */
  readonly full?: boolean;
  readonly signal: AbortSignal;
}

/** Seconds until a program counts as hung: a thousand times what it takes in a guest that is let run. */
const PATIENCE = 10;
/** Seconds for starting and ending. */
const GRACE = 120;

/** Run programs on a machine, each in a fresh process. @throws RigError when `conform` itself fails. */
export async function runBatch(
  running: Running,
  programs: readonly Program[],
  { full = false, signal }: BatchOptions,
): Promise<BatchResult> {
  const reader = new ResultReader(full);
  const observed: ObservedProgram[] = [];
  let broken: Error | undefined;
  const exec = await running.exec(
    [join(running.programs, 'conform'), '--patience', String(PATIENCE), '--full', full ? '1' : '0'],
    {
      input: encodePrograms(programs),
      timeout: GRACE + PATIENCE * programs.length,
      signal,
      onStdout: (chunk) => {
        try {
          if (broken === undefined) observed.push(...reader.push(chunk));
        } catch (error) {
          broken = error instanceof Error ? error : new Error(String(error));
        }
      },
    },
  );
  if (signal.aborted) throw new CancelledError('conform was cancelled');
  if (broken !== undefined) throw broken;
  if (exec.exitCode !== 0 && !exec.lost)
    throw new RigError(`conform ended with ${exec.exitCode ?? exec.signal}: ${exec.stderr.slice(-500)}`);
  if (reader.start === undefined) throw new RigError(`conform said nothing: ${exec.stderr.slice(-500)}`);
  if (!exec.lost && observed.length !== programs.length)
    throw new RigError(`conform told of ${observed.length} of ${programs.length} programs`);
  return { start: reader.start, programs: observed, lost: exec.lost };
}
