import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { addReport, type Counts } from '../../harness/coverage/gcov.ts';

/** What gcov 12 says of it, shortened: a line is one function's, a file once an object. */
const report = (
  lines: readonly (readonly [number, number, readonly number[]])[],
  file = '/b/src/mm/memory.c',
) =>
  JSON.stringify({
    gcc_version: '12.2.0',
    format_version: '1',
    data_file: 'mm/memory.gcda',
    files: [
      {
        file,
        functions: [],
        lines: lines.map(([line_number, count, branches]) => ({
          ...{ line_number, count, function_name: 'f', unexecuted_block: false },
          branches: branches.map((taken) => ({ count: taken, fallthrough: false, throw: false })),
        })),
      },
    ],
  });
const pathOf = (file: string) => (file.startsWith('/b/src/') ? file.slice('/b/src/'.length) : undefined);
const countsOf = (...reports: string[]) => {
  const counts: Counts = new Map();
  for (const text of reports) addReport(counts, text, pathOf);
  return counts;
};

test('counts of several boots are added, line by line and branch by branch', () => {
  const counts = countsOf(
    report([[7, 2, [2, 0]]]),
    report([
      [7, 3, [1, 2]],
      [9, 0, []],
    ]),
  );
  expect(counts.get('mm/memory.c')).toEqual(
    new Map([
      [7, { count: 5, branches: [3, 2] }],
      [9, { count: 0, branches: [] }],
    ]),
  );
});

test('objects that see other branches in a line of a header keep them all', () => {
  expect(
    countsOf(report([[1, 1, [1, 0]]]), report([[1, 1, [1]]]))
      .get('mm/memory.c')
      ?.get(1),
  ).toEqual({
    count: 2,
    branches: [1, 0, 1],
  });
});

test('files that are not of the tree are left out', () => {
  expect(countsOf(report([[1, 1, []]], '/usr/include/stdio.h')).size).toBe(0);
});

test.each(['', '{}', '{"format_version":"2","files":[]}', '{"format_version":"1","files":[{"file":"a"}]}'])(
  'what is no such report is refused: %s',
  (text) => expect(() => addReport(new Map(), text, pathOf)).toThrow(),
);

test('the order of the boots does not matter', () => {
  const lines = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.tuple(fc.nat(3), fc.nat(3))),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 4 }), (boots) => {
      const reports = boots.map((boot) => report(boot));
      expect(countsOf(...reports)).toEqual(countsOf(...reports.toReversed()));
    }),
  );
});

/** The compiler of this machine, where there is one: its gcov must speak the format that is read. */
const hasGcov = (() => {
  try {
    execFileSync('gcov', ['--version'], { stdio: 'ignore' });
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const scratch = mkdtempSync(join(tmpdir(), 'spf-gcov-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

test.skipIf(!hasGcov)('a program that really counts', () => {
  const source =
    'int f(int x)\n{\n\tif (x > 1)\n\t\treturn 2;\n\treturn 0;\n}\nint main(int c, char **v)\n{\n\treturn f(c);\n}\n';
  writeFileSync(join(scratch, 't.c'), source);
  execFileSync('gcc', ['-O0', '--coverage', '-c', 't.c'], { cwd: scratch });
  execFileSync('gcc', ['--coverage', '-o', 't', 't.o'], { cwd: scratch });
  execFileSync('./t', { cwd: scratch });
  const data = ['--json-format', '--stdout', '--branch-probabilities', 't.gcda'];
  const text = execFileSync('gcov', data, { cwd: scratch, encoding: 'utf8' });
  const counts: Counts = new Map();
  addReport(counts, text, (file) => file);
  const lines = counts.get('t.c');
  expect(lines?.get(3)).toEqual({ count: 1, branches: [0, 1] });
  expect(lines?.get(4)?.count).toBe(0);
  expect(lines?.get(5)?.count).toBe(1);
  expect(lines?.has(2)).toBe(false);
});
