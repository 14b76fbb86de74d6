import { expect, test } from 'vitest';
import { explain, outdated } from '../../harness/coverage/explanation.ts';
import { figuresOf, measure, notReached } from '../../harness/coverage/measure.ts';
import { coveragePage } from '../../harness/coverage/page.ts';

const added = [
  {
    path: 'mm/memory.c',
    lines: [
      { number: 10, text: '\t/* a comment */' },
      { number: 11, text: '\tif (a || b)' },
      { number: 12, text: '\t\tgoto out;' },
      { number: 13, text: '\tcount++;' },
    ],
  },
  { path: 'arch/arm64/mm/fault.c', lines: [{ number: 1, text: 'int x;' }] },
];
const counts = new Map([
  [
    'mm/memory.c',
    new Map([
      [9, { count: 1, branches: [] }],
      [11, { count: 4, branches: [4, 0, 3, 1] }],
      [12, { count: 0, branches: [] }],
      [13, { count: 4, branches: [] }],
    ]),
  ],
]);
const files = measure(added, counts);
const why = [{ file: 'mm/memory.c', lines: ['goto out;'], why: 'needs a vCPU that stalls' }];
const facts = {
  ...{ arch: 'x86_64', release: '5.10.1-spf', command: 'npx spf coverage' },
  ...{ jobs: ['hammer, seed 1: PASS'], lost: [] },
};

test('only lines that the series adds and that have code count', () => {
  expect(figuresOf(files)).toEqual({ lines: 3, executed: 2, branches: 4, taken: 3 });
  expect(files.map((file) => file.counted)).toEqual([true, false]);
  expect(notReached(files[0]!).map(({ number }) => number)).toEqual([12]);
});

test('a line is explained by its file, text and architecture', () => {
  const line = { text: '\t\tgoto out;' };
  expect(explain(why, 'x86_64', 'mm/memory.c', line)).toBe('needs a vCPU that stalls');
  expect(explain(why, 'x86_64', 'mm/mmap.c', line)).toBeUndefined();
  expect(explain(why, 'x86_64', 'mm/memory.c', { text: 'goto out' })).toBeUndefined();
  expect(explain([{ ...why[0]!, arch: ['ppc64'] }], 'x86_64', 'mm/memory.c', line)).toBeUndefined();
});

test('an explanation of what is reached by now is named', () => {
  expect(outdated(why, 'x86_64', files)).toEqual([]);
  const more = [{ ...why[0]!, lines: ['goto out;', 'count++;', 'gone();'] }];
  expect(outdated(more, 'x86_64', files)).toEqual(['mm/memory.c: count++;', 'mm/memory.c: gone();']);
  expect(outdated([{ ...more[0]!, arch: ['ppc64'] }], 'x86_64', files)).toEqual([]);
});

test('the page tells the figures, each line that was not reached, what was not counted, and lists the rest', () => {
  const page = coveragePage(files, why, { ...facts, lost: ['directed: the machine went away'] });
  expect(page).toContain('**2 of 3 (66.7 %) of the lines, 3 of 4 (75.0 %) of the branches.**');
  expect(page).toContain('| `mm/memory.c` | 4 | 3 | 2 of 3 (66.7 %) | 3 of 4 (75.0 %) |');
  expect(page).toContain('| mm/memory.c:12 | `` goto out; `` | needs a vCPU that stalls |');
  expect(page).toContain('without code in it: `arch/arm64/mm/fault.c`.');
  expect(page).toContain('**Not counted**: directed: the machine went away.');
  expect(page).toMatch(/^ +- +10 {2}\t\/\* a comment \*\/\n +4 +11 {2}\tif \(a \|\| b\)\n +##### +12/m);
});

test('what nobody has explained says so', () => {
  expect(coveragePage(files, [], facts)).toContain('| **nobody knows** |');
});
