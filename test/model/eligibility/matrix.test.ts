import { expect, test } from 'vitest';
import { decisionTable, type KernelCases } from '../../../harness/model/eligibility/matrix.ts';
import { SECOND_TOUCH, counted, events } from './facts.ts';

const hugetlb = { ...SECOND_TOUCH, vmaKind: 'hugetlb' as const };
const off = (facts: typeof SECOND_TOUCH) => ({ ...facts, sysctl: false });

const KERNEL: KernelCases = {
  title: 'x86_64, spf-v12, 5.10.223',
  kernel: { hasSpf: true, arch: 'x86_64' },
  on: [
    counted(),
    counted({
      case: 'huge-page',
      facts: hugetlb,
      ...{ spf: 0, vmstatSpf: 0, events: events({ spf_vma_changed: 8 }) },
    }),
    counted({ case: 'interleave', skipped: 'mbind is refused', faults: null, spf: null, vmstatSpf: null }),
  ],
  off: [
    counted({ facts: off(SECOND_TOUCH), spf: 0, vmstatSpf: 0 }),
    counted({ case: 'huge-page', facts: off(hugetlb), spf: 8, vmstatSpf: 0 }),
  ],
};

const rowOf = (name: string, kernels = [KERNEL]) =>
  decisionTable(kernels)
    .split('\n')
    .find((line) => line.includes(`| \`${name}\` |`))
    ?.split(' | ')
    .slice(2)
    .join(' | ');

test('what was expected, beside what was seen', () => {
  expect(rowOf('second-touch-write')).toBe(
    '`second-touch-write` | anonymous-page | faults 8, perf 8, vmstat 8 | ✔ faults 8, perf 8, vmstat 8 | ✔ faults 8 |',
  );
});

test('what went otherwise is marked, with the switch on and off', () => {
  expect(rowOf('huge-page')).toBe(
    '`huge-page` | has-fault-op | faults 8, spf_vma_notsup 8 | ✖ faults 8, spf_vma_changed 8 | ✖ faults 8, perf 8 |',
  );
});

test('what could not be had, and what was not run', () => {
  expect(rowOf('interleave')).toBe('`interleave` | anonymous-page | – | – mbind is refused | not run |');
  expect(rowOf('main-stack')).toBe('`main-stack` | not run | not run | not run | not run |');
  expect(rowOf('second-touch-write', [{ ...KERNEL, off: null }])).toMatch(/\| not run \|$/);
});

test('a section a kernel with the sum of it, and one for what is not driven', () => {
  const text = decisionTable([KERNEL, { ...KERNEL, title: 'ppc64', off: null }]);
  expect(text.match(/^## .*$/gm)).toEqual([
    '## x86_64, spf-v12, 5.10.223',
    '## ppc64',
    '## What user space cannot bring about on purpose',
  ]);
  expect(text).toContain('With the switch on 1 of 2 judged cases as expected, 1 of 3 not possible; ');
  expect(text).toContain('with the switch off nothing was run.');
  expect(text).toMatch(/^\| step 2 \| vm_sequence is odd.*`directed --program discard-twice`/m);
});
