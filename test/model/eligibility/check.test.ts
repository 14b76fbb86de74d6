import { expect, test } from 'vitest';
import { checkCases } from '../../../harness/model/eligibility/check.ts';
import { eligibilityMismatches } from '../../../harness/model/eligibility/mismatches.ts';
import { mismatchSchema } from '../../../harness/verdict/mismatch.ts';
import { SECOND_TOUCH, counted } from './facts.ts';

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
  expect(wrong(counted({ facts: stack }))).toEqual([
    ['perf', 0, 8],
    ['vmstat', 0, 8],
  ]);
  expect(wrong(counted({ facts: stack, spf: 0, vmstatSpf: 2 }))).toEqual([]);
});

test('a refused access is counted by perf and not by vmstat, and raises SIGSEGV', () => {
  const facts = { ...SECOND_TOUCH, prot: { r: true, w: false, x: false } };
  expect(wrong(counted({ facts, vmstatSpf: 0, signal: 'SEGV' }))).toEqual([]);
  expect(wrong(counted({ facts, vmstatSpf: 8, signal: 'SEGV' }))).toEqual([['vmstat', 0, 8]]);
  expect(wrong(counted({ facts, vmstatSpf: 0 }))).toEqual([['signal', 'SEGV_ACCERR', 'none']]);
});

test('a hole must raise SIGSEGV, and nothing else may', () => {
  const hole = { ...SECOND_TOUCH, inBounds: false };
  expect(wrong(counted({ facts: hole, spf: 0, vmstatSpf: 0 }))).toEqual([['signal', 'SEGV_MAPERR', 'none']]);
  expect(wrong(counted({ signal: 'BUS' }))).toEqual([['signal', 'none', 'BUS']]);
});

test('a kernel without the series', () => {
  const facts = { ...SECOND_TOUCH, sysctl: null };
  const plain = counted({ facts, spf: null, vmstatSpf: null });
  expect(checkCases([plain], { hasSpf: false })).toEqual({ judged: 1, skipped: [], mismatches: [] });
});

test('what cannot be judged is said, not guessed', () => {
  const cases = [
    counted({ skipped: 'no huge pages are reserved', faults: null, spf: null, vmstatSpf: null }),
    counted({ faults: 3 }),
    counted({ facts: { ...SECOND_TOUCH, pte: 'swap' } }),
    counted({ faults: null, spf: null, vmstatSpf: null }),
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
  expect(mismatch!.explanation).toContain('PERF_COUNT_SW_SPF grew by 7 in 8 faults and was to grow by 8');
});
