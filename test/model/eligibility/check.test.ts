import { expect, test } from 'vitest';
import { checkCases } from '../../../harness/model/eligibility/check.ts';
import { eligibilityMismatches } from '../../../harness/model/eligibility/mismatches.ts';
import { mismatchSchema } from '../../../harness/verdict/mismatch.ts';
import { NO_EVENTS, SECOND_TOUCH, counted, events } from './facts.ts';

const SPF = { hasSpf: true };
const wrong = (...cases: ReturnType<typeof counted>[]) =>
  checkCases(cases, SPF).mismatches.map(({ what, expected, seen }) => [what, expected, seen]);

test('a case that went as expected', () => {
  expect(checkCases([counted()], SPF)).toEqual({ judged: 1, skipped: [], mismatches: [] });
});

test('perf is exact', () => {
  expect(wrong(counted({ spf: 7 }))).toEqual([['perf', 8, 7]]);
  expect(wrong(counted({ spf: 9 }))).toEqual([['perf', 8, 9]]);
});

test('vmstat may hold what others did, but not less', () => {
  expect(wrong(counted({ vmstatSpf: 20 }))).toEqual([]);
  expect(wrong(counted({ vmstatSpf: 7 }))).toEqual([['vmstat', 8, 7]]);
});

test('what must not be speculative and was', () => {
  const stack = { ...SECOND_TOUCH, vmaKind: 'stack' as const };
  expect(wrong(counted({ facts: stack, events: events({ spf_vma_notsup: 8 }) }))).toEqual([
    ['perf', 0, 8],
    ['vmstat', 0, 8],
  ]);
  expect(
    wrong(counted({ facts: stack, spf: 0, vmstatSpf: 2, events: events({ spf_vma_notsup: 8 }) })),
  ).toEqual([]);
});

test('a refused access is counted by perf and not by vmstat, and raises SIGSEGV', () => {
  const facts = { ...SECOND_TOUCH, prot: { r: true, w: false, x: false } };
  const said = { facts, events: events({ spf_vma_access: 8 }) };
  expect(wrong(counted({ ...said, vmstatSpf: 0, signal: 'SEGV' }))).toEqual([]);
  expect(wrong(counted({ ...said, vmstatSpf: 8, signal: 'SEGV' }))).toEqual([['vmstat', 0, 8]]);
  expect(wrong(counted({ ...said, vmstatSpf: 0 }))).toEqual([['signal', 'SEGV_ACCERR', 'none']]);
});

test('trace events are exact, the expected one and all others', () => {
  const hugetlb = { ...SECOND_TOUCH, vmaKind: 'hugetlb' as const };
  const silent = { facts: hugetlb, spf: 0, vmstatSpf: 0 };
  expect(wrong(counted({ ...silent, events: events({ spf_vma_notsup: 8 }) }))).toEqual([]);
  expect(wrong(counted({ ...silent, events: events({ spf_vma_notsup: 9 }) }))).toEqual([
    ['spf_vma_notsup', 8, 9],
  ]);
  expect(wrong(counted({ ...silent, events: events({ spf_vma_noanon: 8 }) }))).toEqual([
    ['spf_vma_noanon', 0, 8],
    ['spf_vma_notsup', 8, 0],
  ]);
  expect(wrong(counted({ events: events({ spf_pmd_changed: 1 }) }))).toEqual([['spf_pmd_changed', 0, 1]]);
});

test('a trace event that the kernel has not says nothing', () => {
  const silent = { facts: { ...SECOND_TOUCH, vmaKind: 'shmem' as const }, spf: 0, vmstatSpf: 0 };
  expect(wrong(counted({ ...silent, events: NO_EVENTS }))).toEqual([]);
  expect(wrong(counted({ ...silent, events: { ...NO_EVENTS, spf_vma_changed: 1 } }))).toEqual([
    ['spf_vma_changed', 0, 1],
  ]);
});

test('a hole must raise SIGSEGV, and nothing else may', () => {
  const hole = { ...SECOND_TOUCH, inBounds: false };
  const said = events({ spf_vma_changed: 8 });
  expect(wrong(counted({ facts: hole, spf: 0, vmstatSpf: 0, events: said }))).toEqual([
    ['signal', 'SEGV_MAPERR', 'none'],
  ]);
  expect(wrong(counted({ signal: 'BUS' }))).toEqual([['signal', 'none', 'BUS']]);
});

test('a kernel without the series', () => {
  const facts = { ...SECOND_TOUCH, sysctl: null };
  const plain = counted({ facts, spf: null, vmstatSpf: null, events: NO_EVENTS });
  expect(checkCases([plain], { hasSpf: false })).toEqual({ judged: 1, skipped: [], mismatches: [] });
});

test('what cannot be judged is said, not guessed', () => {
  const cases = [
    counted({ skipped: 'no huge pages are reserved', faults: null, spf: null, vmstatSpf: null }),
    counted({ faults: 3 }),
    counted({ facts: { ...SECOND_TOUCH, access: 'exec' } }),
    counted({ faults: null, spf: null, vmstatSpf: null, events: NO_EVENTS }),
  ];
  const { judged, skipped, mismatches } = checkCases(cases, SPF);
  expect({ judged, mismatches }).toEqual({ judged: 0, mismatches: [] });
  expect(skipped).toHaveLength(4);
  expect(skipped[0]).toBe('second-touch-write: no huge pages are reserved');
  expect(skipped[1]).toBe('second-touch-write: 3 faults where 8 were meant: the scene was not what it says');
});

test('mismatches fit the run record', () => {
  const [mismatch] = eligibilityMismatches(checkCases([counted({ spf: 7 })], SPF).mismatches);
  expect(mismatchSchema.parse(mismatch)).toEqual(mismatch);
  expect(mismatch).toMatchObject({ model: 'eligibility', rule: 'anonymous-page' });
  const noisy = checkCases([counted({ events: events({ spf_vma_changed: 2 }) })], SPF).mismatches;
  expect(eligibilityMismatches(noisy)[0]).toMatchObject({
    signature: 'eligibility: second-touch-write spf_vma_changed',
    explanation: expect.stringContaining(
      'pagefault:spf_vma_changed grew by 2 in 8 faults and was to grow by 0',
    ) as string,
  });
  expect(mismatch!.explanation).toContain('PERF_COUNT_SW_SPF grew by 7 in 8 faults and was to grow by 8');
});
