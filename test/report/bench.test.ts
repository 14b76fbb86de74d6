import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RigError } from '../../harness/base/errors.ts';
import { loadPublishedFigures } from '../../harness/plan/published-figures.ts';
import { benchMarkdown } from '../../harness/report/bench/markdown.ts';
import { benchText } from '../../harness/report/bench/text.ts';
import { type BenchRecord, benchRecordSchema, writeBenchRecord } from '../../harness/store/bench-record.ts';
import { compare } from '../../harness/verdict/bench/compare.ts';
import { conclude, problems } from '../../harness/verdict/bench/conclude.ts';
import { SCENES } from '../../harness/verdict/bench/scenes.ts';
import { evaluateRun } from '../../harness/verdict/index.ts';
import { boot, variants } from '../verdict/bench/support.ts';
import { job, kernel, nasty, run } from './records/build.ts';

const projectDir = resolve(import.meta.dirname, '../..');

/** Three rounds; the series has half as many faults again, and as many in the last of them as the base. */
function bench(differs: Partial<BenchRecord> = {}): BenchRecord {
  const measured = [100, 102, 98].flatMap((rate, round) => [
    boot('base', round, 1000 * rate),
    boot('spf-v12', round, 1500 * rate),
  ]);
  const jobs = measured.map(({ counters }) => job({ status: 'DONE', counters: { ...counters } }));
  const kernels = [kernel({ id: 'base', series: null, patches: [] }), kernel()];
  const rows = compare(variants, measured);
  const { runId, plan, startedAt, seconds, harness, host } = run();
  return {
    schema: 'spf-harness/bench/1',
    ...{ runId, plan, startedAt, seconds, harness, host },
    ...{ seed: 42, rounds: 3, duration: 5, guestCpus: 2 },
    variants: [
      { id: 'base', series: [], kernel: kernels[0]! },
      { id: 'spf-v12', series: ['spf-v12'], kernel: kernels[1]! },
    ],
    scenes: SCENES.map((scene) => ({ ...scene })),
    boots: measured.map(({ variant, round }, at) => ({
      variant,
      round,
      load: at,
      counted: true,
      job: jobs[at]!,
    })),
    rows,
    published: loadPublishedFigures(projectDir),
    verdict: conclude(
      evaluateRun({ kernels, jobs, cancelled: false }),
      6,
      6,
      problems(variants, measured, rows),
    ),
    ...differs,
  };
}

describe('the table of a benchmark', () => {
  const text = benchText(bench(), 'out/x');

  test('says what came out first, and where it is at last', () => {
    expect(text).toMatch(/^DONE {2}Measured: 6 of 6 boots counted\n/);
    expect(text).toMatch(/out\/x\/bench\.json, bench\.md$/);
  });

  test('has a line a kernel and scene: rate, ratio, words, share', () => {
    expect(text).toMatch(/^ {2}base +99,987 \[95,140, 105,081\] +– +– +100 \[100, 100\] +–$/m);
    expect(text).toMatch(
      /^ {2}spf-v12 +149,980 \[[\d,]+, [\d,]+\] +×1\.50 \[1\.50, 1\.50\] +more +75\.0 % +100 \[100, 100\] +×1\.00 \[1\.00, 1\.00\] +no difference seen$/m,
    );
    expect(text).toContain(
      'touch: threads write fresh pages of their own, others map and unmap elsewhere (2 threads, 1 mapper)',
    );
    expect(text).toContain('single (control): one thread writes fresh pages');
  });

  test('says of emulation what it is worth, and of KVM nothing of the kind', () => {
    const warning = 'ratios between kernels under emulation say nothing of real hardware';
    expect(text).toContain(`emulated by QEMU TCG (a guest under KVM printed nothing in 5 s): ${warning}`);
    expect(benchMarkdown(bench())).toContain(warning);
    const host = { ...bench().host, acceleration: 'kvm', accelerationReason: 'a kernel printed' } as const;
    const real = benchText(bench({ host }));
    expect(real).not.toContain('emulat');
    expect(real).toContain('accelerator: kvm (a kernel printed)');
  });

  test('says how busy the host was', () => {
    expect(text).toContain('load 0.0 to 5.0 before a boot');
  });

  test('keeps what others published apart, with hardware and source', () => {
    const [ours, theirs] = text.split('Published by others');
    expect(ours).not.toContain('ebizzy');
    expect(theirs).toContain('24 CPUs x86, 5492.69 -> 9383.07, +70.83 %');
    expect(theirs).toContain('<20190416134522.17540-1-ldufour@linux.ibm.com>');
    expect(theirs).toContain('48 CPUs x86, 91.9 %, 10886706 of 11846569');
    expect(benchText(bench({ published: [] }))).not.toContain('Published');
  });

  test('names a kernel that was not measured', () => {
    const rows = bench().rows.map((row) => ({ ...row, faults: null, maps: null, share: null }));
    expect(benchText(bench({ rows }))).toMatch(/^ {2}spf-v12 +not measured +– +–$/m);
  });

  test('a record can neither steer the terminal nor leave its cell', () => {
    const verdict = { ...bench().verdict, headline: `${nasty}|x`, reasons: [nasty] };
    expect(benchText(bench({ verdict })).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(benchMarkdown(bench({ verdict }))).toContain('\\|x');
  });

  test('is a table of as many cells a line in markdown', () => {
    const tables = benchMarkdown(bench())
      .split('\n\n')
      .filter((block) => block.startsWith('|'));
    expect(tables).toHaveLength(6);
    for (const table of tables) {
      const widths = table
        .trim()
        .split('\n')
        .map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size, table).toBe(1);
    }
  });
});

describe('bench.json', () => {
  test('is what was measured; one that does not fit is kept under another name', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'spf-bench-'));
    try {
      await writeBenchRecord(directory, bench());
      const read: unknown = JSON.parse(await readFile(join(directory, 'bench.json'), 'utf8'));
      expect(benchRecordSchema.parse(read)).toEqual(bench());
      await rm(join(directory, 'bench.json'));
      await expect(writeBenchRecord(directory, bench({ seconds: -1 }))).rejects.toThrow(RigError);
      expect(await readdir(directory)).toEqual(['bench.invalid.json']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
