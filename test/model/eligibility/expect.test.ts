import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectFault } from '../../../harness/model/eligibility/expect.ts';
import type { FaultFacts } from '../../../harness/model/eligibility/facts.ts';
import { ROWS, RULES } from '../../../harness/model/eligibility/table.ts';
import { SECOND_TOUCH, anyFacts } from './facts.ts';

const SPF = { hasSpf: true };
const anyKernel = fc.record({
  hasSpf: fc.boolean(),
  arch: fc.constantFrom('x86_64', 'ppc64'),
  rules: fc.subarray([...RULES]),
});
const rowOf = (change: Partial<FaultFacts>, kernel = SPF) =>
  expectFault({ ...SECOND_TOUCH, ...change }, kernel);

/** One changed fact each: row, whether it stays speculative, and the signal. */
const SINGLE: readonly (readonly [
  row: string,
  change: Partial<FaultFacts>,
  path: string,
  signal: string | null,
])[] = [
  ['anonymous-page', {}, 'speculative', null],
  ['anonymous-page', { access: 'read' }, 'speculative', null],
  ['anonymous-page', { access: 'read', prot: { r: true, w: false, x: false } }, 'speculative', null],
  ['copy-zero-page', { pte: 'zero' }, 'speculative', null],
  ['copy-on-write', { pte: 'present' }, 'speculative', null],
  ['no-fault', { pte: 'present', access: 'read' }, 'none', null],
  ['sysctl-off', { sysctl: false }, 'classic', null],
  ['kernel-mode', { userMode: false }, 'classic', null],
  ['single-mm-user', { threads: 1 }, 'classic', null],
  ['no-vma', { vmaKind: 'none', inBounds: false }, 'classic', 'SEGV_MAPERR'],
  ['has-fault-op', { vmaKind: 'file' }, 'classic', null],
  ['has-fault-op', { vmaKind: 'shmem' }, 'classic', null],
  ['has-fault-op', { vmaKind: 'hugetlb' }, 'classic', null],
  ['no-anon-vma', { anonVma: false, pageTable: false }, 'classic', null],
  ['userfault-missing', { uffdMissing: true }, 'classic', null],
  ['growing', { vmaKind: 'stack' }, 'classic', null],
  ['out-of-bounds', { inBounds: false }, 'classic', 'SEGV_MAPERR'],
  ['access-refused', { prot: { r: true, w: false, x: false } }, 'speculative', 'SEGV_ACCERR'],
  [
    'access-refused',
    { access: 'read', prot: { r: false, w: false, x: false } },
    'speculative',
    'SEGV_ACCERR',
  ],
  ['interleaved', { interleave: true }, 'classic', null],
  ['huge-pmd', { hugePmd: true, pageTable: false }, 'classic', null],
  ['no-page-table', { pageTable: false }, 'classic', null],
  ['swap-readahead', { pte: 'swap' }, 'classic', null],
  ['swap-cache-hit', { pte: 'swap-cached' }, 'speculative', null],
  ['swap-in-synchronously', { pte: 'swap-sync' }, 'speculative', null],
  ['numa-hint', { pte: 'numa-hint', access: 'read' }, 'speculative', null],
  ['userfault-write-protected', { pte: 'uffd-protected' }, 'classic', null],
  ['copy-merged-page', { pte: 'shared-by-ksm' }, 'speculative', null],
  ['anonymous-page', { vmaPolicy: true }, 'speculative', null],
  ['protection-key', { keyRefuses: true, pte: 'present', access: 'read' }, 'classic', 'SEGV_PKUERR'],
  ['key-refused', { keyRefuses: true, access: 'read' }, 'speculative', 'SEGV_PKUERR'],
  [
    'anonymous-page',
    { keyRefuses: true, access: 'exec', prot: { r: true, w: true, x: true } },
    'speculative',
    null,
  ],
  ['fetch-from-non-executable', { access: 'exec' }, 'classic', 'SEGV_ACCERR'],
];

test.each(SINGLE)('%s: %o is %s', (row, change, path, signal) => {
  expect(rowOf(change)).toMatchObject({ row, path, signal });
});

test('every row of the table decides something', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(anyFacts, anyKernel, (facts, kernel) => {
      reached.add(expectFault(facts, kernel).row);
    }),
    { numRuns: 20_000, seed: 1 },
  );
  for (const [row] of SINGLE) reached.add(row);
  const fixed = { hasSpf: true, rules: RULES };
  reached.add(expectFault({ ...SECOND_TOUCH, pte: 'numa-hint', access: 'read' }, fixed).row);
  expect([...reached].sort()).toEqual(ROWS.map(({ id }) => id).sort());
});

describe('whatever the facts', () => {
  test('a kernel without the series counts nothing', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { path, counted } = expectFault(facts, { hasSpf: false });
        expect(path).not.toBe('speculative');
        expect(counted).toEqual({ perf: 0, vmstat: 0 });
      }),
    );
  });

  test('the signal does not depend on the kernel', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(expectFault(facts, SPF).signal).toBe(expectFault(facts, { hasSpf: false }).signal);
      }),
    );
  });

  test('vmstat counts no fault that perf does not, and less only where an access is refused', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { counted, path, row } = expectFault(facts, SPF);
        expect(counted.perf).toBe(path === 'speculative' ? 1 : 0);
        expect(counted.perf - counted.vmstat).toBe(row === 'access-refused' || row === 'key-refused' ? 1 : 0);
      }),
    );
  });

  test('one user of the mm, or the sysctl off, closes the gate', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(expectFault({ ...facts, threads: 1 }, SPF).path).not.toBe('speculative');
        expect(expectFault({ ...facts, sysctl: false }, SPF).path).not.toBe('speculative');
      }),
    );
  });
});

/** By hand from patch 24/31, so that a slip in the table shows. */
const EVENT: Readonly<Record<string, string>> = {
  ...{ 'has-fault-op': 'spf_vma_notsup', 'no-anon-vma': 'spf_vma_notsup', growing: 'spf_vma_notsup' },
  ...{ 'userfault-missing': 'spf_vma_notsup', 'policy-of-vma': 'spf_vma_notsup' },
  ...{ interleaved: 'spf_vma_notsup', 'huge-pmd': 'spf_vma_notsup', 'no-page-table': 'spf_vma_notsup' },
  ...{ 'out-of-bounds': 'spf_vma_changed', 'refused-is-classic': 'spf_vma_access' },
  ...{
    'refused-elsewhere': 'spf_vma_access',
    'key-refused': 'spf_vma_access',
    'access-refused': 'spf_vma_access',
  },
};

describe('trace events', () => {
  test.each(ROWS.map(({ id, event }) => [id, event] as const))('%s emits %s', (id, event) => {
    expect(event).toBe(EVENT[id] ?? null);
  });

  test('who does not get to the handler emits none, and who is handled neither', () => {
    fc.assert(
      fc.property(anyFacts, anyKernel, (facts, kernel) => {
        const { event, counted } = expectFault(facts, kernel);
        const kept = facts.sysctl === false || facts.threads === 1 || !facts.userMode || !kernel.hasSpf;
        if (kept || counted.vmstat === 1) expect(event).toBeNull();
      }),
    );
  });

  test('spf_vma_noanon is defined and never emitted', () => {
    expect(ROWS.map(({ event }) => event)).not.toContain('spf_vma_noanon');
  });
});

test('powerpc leaves a refused access to the classic path', () => {
  const readOnly = { ...SECOND_TOUCH, prot: { r: true, w: false, x: false } };
  expect(expectFault(readOnly, { hasSpf: true, arch: 'ppc64' })).toMatchObject({
    path: 'classic',
    counted: { perf: 0, vmstat: 0 },
    signal: 'SEGV_ACCERR',
  });
});

test('a kernel is taken for one with the series when it has the sysctl', () => {
  expect(expectFault(SECOND_TOUCH).path).toBe('speculative');
  expect(expectFault({ ...SECOND_TOUCH, sysctl: null }).path).toBe('classic');
});

test('a series may leave every access that is not permitted to the classic path, fetches too', () => {
  const fixed = { hasSpf: true, rules: ['refused-is-classic'] as const };
  const readOnly = { ...SECOND_TOUCH, prot: { r: true, w: false, x: false } };
  const fetch = { ...readOnly, access: 'exec' as const, pte: 'present' as const };
  for (const facts of [readOnly, fetch]) {
    const expected = { path: 'classic', counted: { perf: 0, vmstat: 0 }, signal: 'SEGV_ACCERR', sure: true };
    expect(expectFault(facts, fixed)).toMatchObject(expected);
  }
  expect(expectFault(SECOND_TOUCH, fixed).path).toBe('speculative');
});

test('a series may leave alone what the memory policy of a VMA decides', () => {
  const fixed = { hasSpf: true, rules: ['policy-is-classic'] as const };
  const rowThen = (change: Partial<FaultFacts>) => expectFault({ ...SECOND_TOUCH, ...change }, fixed).row;
  expect(rowThen({ vmaPolicy: true })).toBe('policy-of-vma');
  expect(rowThen({ vmaPolicy: true, interleave: true })).toBe('policy-of-vma');
  expect(rowThen({ interleave: true })).toBe('interleaved');
  expect(rowThen({ pte: 'numa-hint', access: 'read' })).toBe('numa-hint-is-classic');
});
