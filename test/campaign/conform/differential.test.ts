import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { x86_64 } from '../../../harness/arch/x86_64.ts';
import { runBatch } from '../../../harness/campaign/conform/batch.ts';
import { runConform } from '../../../harness/campaign/conform/differential.ts';
import { explain } from '../../../harness/campaign/conform/explain.ts';
import { shrinkProgram, type RunPrograms } from '../../../harness/campaign/conform/shrink.ts';
import { localMachine } from '../../../harness/machine/local/machine.ts';
import type { Running } from '../../../harness/machine/types.ts';
import { compareProgram } from '../../../harness/model/address-space/compare.ts';
import { mapsLine } from '../../../harness/model/address-space/maps.ts';
import { mmAt } from '../../../harness/model/address-space/compare.ts';
import { ARENA_PAGES } from '../../../harness/model/address-space/operation.ts';
import { runProgram } from '../../../harness/model/address-space/step.ts';
import { PAGE } from '../../../harness/model/address-space/u64.ts';
import { samplePrograms } from '../../../harness/workload/conform/generator.ts';
import { usePrograms, whyNoPrograms } from '../../guest/programs.ts';

/** The model against this host's kernel; `npx spf conform --operations 1000000` is the same, longer. */

const reason = whyNoPrograms();
if (reason !== undefined) console.warn(`conform is not tried: ${reason}`);
const { signal } = new AbortController();

describe.skipIf(reason !== undefined || process.arch !== 'x64')('conform on this host', () => {
  const programs = usePrograms('conform');
  const directory = mkdtempSync(join(tmpdir(), 'spf-conform-test-'));
  const boot = (): Promise<Running> =>
    localMachine(programs()).boot(
      { kernel: '', initramfs: '' },
      { arch: x86_64, cpus: 2, memoryMiB: 512, append: [], directory, signal },
    );

  test('kernel and model agree', async () => {
    const running = await boot();
    const report = await runConform(running, {
      ...{ seed: 20, operations: 3000, size: 30, batch: 100, explain: 1, signal },
    });
    await running.stop('clean');
    expect(report.explanations.map(({ source }) => source)).toEqual([]);
    expect(report.operations).toBeGreaterThanOrEqual(3000);
    expect([...report.disagreements]).toEqual([]);
  });

  test('maps to the letter', async () => {
    const running = await boot();
    const some = samplePrograms(21, 30, 30);
    const { start, programs: observed } = await runBatch(running, some, { signal, full: true });
    await running.stop('clean');
    const first = start.base / PAGE;
    let lines = 0;
    for (const [index, { steps }] of observed.entries()) {
      let at = 0;
      runProgram(some[index] ?? [], mmAt(start), start.base, ({ mm }) => {
        const told = (steps[at++]?.text ?? '').split('\n').filter((line) => /^[0-9a-f]+-/.test(line));
        const inside = mm.vmas.filter((vma) => vma.end > first && vma.start < first + ARENA_PAGES);
        const expected = inside.map((vma, n) => {
          const [, device = '', inode = '0'] = /^\S+ \S+ \S+ (\S+) (\d+)/.exec(told[n] ?? '') ?? [];
          return mapsLine(mm, vma, device, Number(inode));
        });
        expect(told).toEqual(expected);
        lines += told.length;
        return true;
      });
    }
    expect(lines).toBeGreaterThan(500);
  });

  test('a model that is wrong is found out, and the program that shows it is small and compiles', async () => {
    const running = await boot();
    // To a model of 5.10 every later kernel is wrong: mremap() looks before it unmaps.
    const pretend: RunPrograms = async (candidates) => {
      const result = await runBatch(running, candidates, { signal });
      return { ...result, start: { ...result.start, release: '5.10.0' } };
    };
    const some = samplePrograms(22, 60, 40);
    const { start, programs: observed } = await pretend(some);
    const found = some.flatMap((program, index) => {
      const disagreement = compareProgram(program, start, observed[index]?.steps ?? []);
      return disagreement ? [{ program, disagreement }] : [];
    })[0];
    if (found === undefined) return expect.fail('nobody noticed');
    const shrunk = await shrinkProgram(found.program, found.disagreement, pretend);
    expect(shrunk.program.length).toBeLessThanOrEqual(6);
    const full: RunPrograms = (candidates) => runBatch(running, candidates, { signal, full: true });
    const { source, because } = await explain(shrunk, full);
    await running.stop('clean');
    expect(because.at(-1)).toMatch(/\(.*mm\//);
    writeFileSync(join(directory, 'repro.c'), source);
    const compiled = spawnSync('gcc', ['-w', '-o', join(directory, 'repro'), join(directory, 'repro.c')]);
    expect(compiled.stderr.toString()).toBe('');
  });
});
