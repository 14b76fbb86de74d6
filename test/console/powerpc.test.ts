import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findArch } from '../../harness/arch/index.ts';
import { readSample, sampleBytes } from './support.ts';

/**
 * What the series' kernels said on powerpc to crashes of known kinds (test/record/lkdtm.ts): one finding each, the same on
 * every byte order and MMU. The answers are read in the logs by a person: what LKDTM did, and where.
 */
type Answer = readonly [kind: string, title: string, blamed: string | null];

const nullPointer = 'BUG: unable to handle kernel NULL pointer dereference in';
const refcounts = [
  ...['inc-overflow', 'add-overflow', 'dec-zero', 'dec-negative', 'dec-and-test-negative'],
  ...['sub-and-test-negative', 'inc-zero', 'add-zero', 'inc-saturated'],
];

const answers: Readonly<Record<string, Answer>> = {
  bug: ['bug', 'kernel BUG in lkdtm_BUG', 'lkdtm_BUG'],
  warning: ['warning', 'WARNING in lkdtm_WARNING', 'lkdtm_WARNING'],
  'warning-message': ['warning', 'WARNING in lkdtm_WARNING_MESSAGE', 'lkdtm_WARNING_MESSAGE'],
  exception: ['page-fault', `${nullPointer} lkdtm_EXCEPTION`, 'lkdtm_EXCEPTION'],
  'access-null': ['page-fault', `${nullPointer} lkdtm_ACCESS_NULL`, 'lkdtm_ACCESS_NULL'],
  // Under ELFv1 the pointer is to a descriptor, and reading that is what fails.
  'exec-null': ['page-fault', `${nullPointer} execute_location`, 'execute_location'],
  'slab-free-page': ['page-fault', `${nullPointer} lkdtm_SLAB_FREE_PAGE`, 'lkdtm_SLAB_FREE_PAGE'],
  'overwrite-allocation': ['slab-corruption', 'BUG: kmalloc-1k: Right Redzone overwritten', null],
  'write-after-free': ['slab-corruption', 'BUG: kmalloc-1k: Poison overwritten', null],
  'slab-free-double': ['slab-corruption', 'BUG: Object already free', null],
  // 32 frames of 1 KiB run over the 16 KiB stack into what lies below, and a pipe's wait queue pays for it later.
  'exhaust-stack': [
    'page-fault',
    'BUG: unable to handle kernel paging request in pipe_release',
    'pipe_release',
  ],
  // A stall shows a random place of its loop, so it is named after where the work was entered.
  softlockup: ['soft-lockup', 'BUG: soft lockup in full_proxy_write', 'full_proxy_write'],
  panic: ['panic', 'kernel panic: dumptest', null],
  ...Object.fromEntries(
    refcounts.map((name): [string, Answer] => {
      const culprit = `lkdtm_REFCOUNT_${name.toUpperCase().replaceAll('-', '_')}`;
      return [`refcount-${name}`, ['refcount', `WARNING: refcount bug in ${culprit}`, culprit]];
    }),
  ),
};

const samples = globSync('powerpc/*/*.log', { cwd: new URL('samples', import.meta.url).pathname })
  .map((file) => file.replace(/\.log$/, ''))
  .sort();

test('every sample has its answer, and every answer a sample', () => {
  expect([...new Set(samples.map((sample) => basename(sample)))].sort()).toEqual(Object.keys(answers).sort());
});

describe.each(samples)('%s', (sample) => {
  const [kind, title, blamed] = answers[basename(sample)] ?? [];

  test('is one finding, of its kind, blamed on its function', () => {
    const { findings } = readSample(sample);
    expect(findings.map((one) => [one.kind, one.title, one.blamed])).toEqual([[kind, title, blamed]]);
    expect(findings[0]).toMatchObject({ task: { comm: 'sh' } });
    expect(findings[0]?.corrupted).toBeUndefined();
  });

  test('was said by the machine that its directory names', () => {
    const arch = findArch(basename(dirname(sample)));
    const text = Buffer.from(sampleBytes(sample)).toString('latin1');
    for (const [banner] of text.matchAll(/[BL]E PAGE_SIZE=\S+ MMU=\w+/g)) {
      const order = arch?.byteOrder === 'big' ? 'BE' : 'LE';
      expect(banner).toBe(`${order} PAGE_SIZE=${(arch?.pageSize ?? 0) / 1024}K MMU=${arch?.mmu}`);
    }
    expect(text).toContain('lkdtm: Performing direct entry');
  });
});

test('a frame’s first address is the program counter’s, its symbol as nm has it', () => {
  const [finding] = readSample('powerpc/ppc64/exception').findings;
  expect(finding?.stack[0]).toMatchObject({
    function: 'lkdtm_EXCEPTION',
    symbol: '.lkdtm_EXCEPTION',
    counter: true,
  });
  expect(finding?.stack[1]).toMatchObject({ function: 'printk', unreliable: true });
});
