import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findArch } from '../../harness/arch/index.ts';
import { doubtful, everywhere, here } from './lkdtm-answers.ts';
import { readSample, sampleBytes } from './support.ts';

/**
 * What the series' kernels said to crashes of known kinds (test/record/lkdtm.ts), on x86_64 and on powerpc of both byte
 * orders and MMUs: each named as a person names it. Directories have the name of an architecture, with the profile behind
 * it when it is not `race`.
 */
const samples = globSync('*/*.log', { cwd: new URL('samples/lkdtm', import.meta.url).pathname })
  .map((file) => file.replace(/\.log$/, ''))
  .sort();

test('every sample has its answer, and every answer a sample', () => {
  const general = samples.filter((sample) => here[sample] === undefined).map((sample) => basename(sample));
  expect([...new Set(general)].sort()).toEqual(Object.keys(everywhere).sort());
  expect(Object.keys({ ...here, ...doubtful }).filter((sample) => !samples.includes(sample))).toEqual([]);
});

describe.each(samples)('%s', (sample) => {
  const { findings } = readSample(`lkdtm/${sample}`);

  test('is what it is, blamed on its function', () => {
    const answers = here[sample] ?? everywhere[basename(sample)];
    expect(findings.map((one) => [one.kind, one.title, one.blamed])).toEqual(answers);
    expect(findings.map(({ corrupted }) => corrupted).filter(Boolean)).toEqual(
      doubtful[sample] === undefined ? [] : [doubtful[sample]],
    );
    // lockdep's report of a lock that is held at the return to user mode has no line that says who and where.
    if (findings[0]?.kind !== 'lockdep') expect(findings[0]).toMatchObject({ task: { comm: 'sh' } });
  });

  test('was said by the machine that its directory names', () => {
    const arch = findArch(basename(dirname(sample)).replace(/-kasan$/, ''));
    const text = Buffer.from(sampleBytes(`lkdtm/${sample}`)).toString('latin1');
    for (const [banner] of text.matchAll(/[BL]E PAGE_SIZE=\S+ MMU=\w+/g)) {
      const order = arch?.byteOrder === 'big' ? 'BE' : 'LE';
      expect(banner).toBe(`${order} PAGE_SIZE=${(arch?.pageSize ?? 0) / 1024}K MMU=${arch?.mmu}`);
    }
    expect(/RIP: 0010:/.test(text) && arch?.id !== 'x86_64').toBe(false);
    expect(text).toContain('lkdtm: Performing direct entry');
  });
});

test('a frame’s first address is the program counter’s, its symbol as nm has it', () => {
  const [finding] = readSample('lkdtm/ppc64/exception').findings;
  expect(finding?.stack[0]).toMatchObject({
    function: 'lkdtm_EXCEPTION',
    symbol: '.lkdtm_EXCEPTION',
    counter: true,
  });
  expect(finding?.stack[1]).toMatchObject({ function: 'printk', unreliable: true });
});
