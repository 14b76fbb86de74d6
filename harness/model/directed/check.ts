import type { Mismatch } from '../../verdict/mismatch.ts';
import type { DirectedOutcome } from './outcome.ts';
import { DIRECTED, type DirectedProgram } from './programs.ts';

export interface CheckedOutcomes {
  /** Programs that ran. */
  readonly judged: number;
  /** Programs that say nothing, each with its reason. */
  readonly skipped: readonly string[];
  readonly mismatches: readonly Mismatch[];
}

/** Every outcome that a program's row does not allow is a mismatch of its own. */
export function checkOutcomes(lines: readonly DirectedOutcome[]): CheckedOutcomes {
  const rowOf = (id: string) => DIRECTED.find((row) => row.id === id);
  const silent = lines.flatMap(({ program, skipped }) => {
    const why = skipped ?? (rowOf(program) === undefined ? 'the model has no row for it' : null);
    return why === null ? [] : [`${program}: ${why}`];
  });
  const judged = lines.filter((line) => line.skipped === null && rowOf(line.program) !== undefined);
  return {
    judged: judged.length,
    skipped: silent,
    mismatches: judged.flatMap((line) => mismatchesOf(line, rowOf(line.program)!)),
  };
}

function mismatchesOf({ outcomes }: DirectedOutcome, row: DirectedProgram): Mismatch[] {
  const tries = Object.values(outcomes).reduce((sum, times) => sum + times, 0);
  return Object.entries(outcomes)
    .filter(([outcome]) => !row.right.includes(outcome))
    .map(([outcome, times]) => ({
      model: 'directed',
      rule: row.id,
      signature: `directed: ${row.id} ${outcome}`,
      explanation:
        `${row.id} asks ${row.asks}. It ended with ${outcome} in ${times} of ${tries} tries; ` +
        `${row.right.join(' or ')} is right (${row.because}).`,
      pages: [],
      operations: [],
      possible: [...row.right],
    }));
}
