import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench, describe } from 'vitest';
import { x86_64 } from '../../../harness/arch/x86_64.ts';
import { runBatch } from '../../../harness/campaign/conform/batch.ts';
import { localMachine } from '../../../harness/machine/local/machine.ts';
import { compareProgram } from '../../../harness/model/address-space/compare.ts';
import { samplePrograms } from '../../../harness/workload/conform/generator.ts';
import { whyNoPrograms } from '../../guest/programs.ts';

/**
 * The same 100 programs, about 4,000 operations, through each part of `spf conform`. What is looked for is the ratio:
 * generator and model together are to take less than a tenth of what this host's kernel takes.
 */
const { signal } = new AbortController();
const directory = mkdtempSync(join(tmpdir(), 'spf-conform-bench-'));
const programs = join(directory, 'programs');
const guest = join(import.meta.dirname, '../../../guest');
// Hooks do not run before benchmarks.
const made =
  whyNoPrograms() === undefined &&
  spawnSync('make', ['-C', guest, `O=${directory}`, join(programs, 'conform')]).status === 0;

describe.skipIf(!made)('100 programs', async () => {
  const sample = samplePrograms(1, 100, 40);
  const run = async () => {
    const running = await localMachine(programs).boot(
      { kernel: '', initramfs: '' },
      { arch: x86_64, cpus: 2, memoryMiB: 512, append: [], directory, signal },
    );
    const result = await runBatch(running, sample, { signal });
    await running.stop('clean');
    return result;
  };
  const observed = await run();

  bench("this host's kernel", async () => void (await run()));
  bench('the model', () => {
    for (const [index, program] of sample.entries())
      compareProgram(program, observed.start, observed.programs[index]?.steps ?? []);
  });
  bench('the generator', () => void samplePrograms(1, 100, 40));
});
