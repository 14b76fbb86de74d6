import { describe, expect, test } from 'vitest';
import { shrinkProgram, type RunPrograms } from '../../../harness/campaign/conform/shrink.ts';
import { compareProgram } from '../../../harness/model/address-space/compare.ts';
import type { DifferenceName } from '../../../harness/model/address-space/kernel.ts';
import type { Program } from '../../../harness/model/address-space/operation.ts';
import { samplePrograms } from '../../../harness/workload/conform/generator.ts';
import { observe, start, turnedOver } from '../../model/address-space/wrong-kernel.ts';

/** The wrong kernel is the model with a rule turned over, so nothing has to run. */

const sample = samplePrograms(31, 1500, 40);

function firstFound(turned: DifferenceName) {
  const wrong = turnedOver(turned);
  const steps = (program: Program) => observe(program, start.release, wrong);
  for (const program of sample) {
    const disagreement = compareProgram(program, start, steps(program));
    if (disagreement) return { program, disagreement, steps };
  }
  throw new Error(`nobody noticed ${turned}`);
}

describe('a long program becomes a short one that disagrees in the same way', () => {
  test.each([
    ['mremap-looks-first', 2],
    ['mmap-asks-next-first', 6],
    ['faulted-merges-into-unfaulted', 6],
    ['brk-wants-something-to-cut', 4],
    ['remove-wants-maywrite', 3],
  ] as const)('%s: at most %i operations', async (turned, most) => {
    const { program, disagreement, steps } = firstFound(turned);
    let runs = 0;
    const run: RunPrograms = (candidates) => {
      runs++;
      const programs = candidates.map((one) => ({ ending: 'done' as const, signal: 0, steps: steps(one) }));
      return Promise.resolve({ start: { ...start, pageSize: 4096 }, programs, lost: false });
    };
    const shrunk = await shrinkProgram(program, disagreement, run);
    expect(shrunk.program.length).toBeLessThanOrEqual(most);
    const again = compareProgram(shrunk.program, start, steps(shrunk.program));
    expect(again).toMatchObject({ what: disagreement.what, step: shrunk.program.length - 1 });
    // A round is one run of the guest program, whatever the number of candidates.
    expect(runs).toBeLessThanOrEqual(60);
  });
});
