import { resolve, sep } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDiff } from '../../../harness/source/diff/parse.ts';
import { findUnsafe, unsafeMode, unsafePath } from '../../../harness/source/diff/safety.ts';

const nasty = fc.constantFrom(
  '..',
  '.',
  '',
  '.git',
  '.GIT',
  '.Git',
  'git~1',
  '.git.',
  '.git ',
  '.gitmodules',
  '~',
  '-rf',
  'a',
);
const anyPath = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(nasty, fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join('/')),
);
const name = fc.stringMatching(/^[a-z0-9_][A-Za-z0-9_.,+=@:-]{0,20}$/);

test('a path that is let through stays in the tree, out of .git, and is itself after normalizing', () => {
  fc.assert(
    fc.property(anyPath, (path) => {
      if (unsafePath(path) !== undefined) return;
      const real = resolve('/tree', path);
      expect(real).toBe(`/tree${sep}${path}`);
      expect(path.split('/').map((part) => part.toLowerCase().replace(/[. ]+$/, ''))).not.toContain('.git');
    }),
    { numRuns: 5000 },
  );
});

test('a path with one bad part is never let through, wherever the part stands', () => {
  const bad = fc.constantFrom(
    '..',
    '.',
    '',
    '.git',
    '.GIT',
    'git~1',
    '.git.',
    '.gitmodules',
    'a\\b',
    'a"b',
    'a\nb',
    'ä',
    'a b',
    'a\0',
  );
  fc.assert(
    fc.property(fc.array(name), bad, fc.array(name), (before, part, after) => {
      expect(unsafePath([...before, part, ...after].join('/'))).toBeDefined();
    }),
  );
});

test('paths of kernels are let through', () => {
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 8 }),
      (parts) => unsafePath(parts.join('/')) === undefined,
    ),
  );
  for (const path of [
    '.gitignore',
    'mm/.gitignore',
    '.gitattributes',
    '.clang-format',
    'a/b.git',
    'Documentation/ABI/x@y:z,w',
    'tools/a..b/c',
  ]) {
    expect(unsafePath(path)).toBeUndefined();
  }
});

test('lengths end where the file systems end', () => {
  expect(unsafePath('a'.repeat(255))).toBeUndefined();
  expect(unsafePath('a'.repeat(256))).toMatch(/256/);
  expect(unsafePath('a/'.repeat(600) + 'a')).toMatch(/1201/);
});

test('modes: regular files only', () => {
  expect(['100644', '100755'].map(unsafeMode)).toEqual([undefined, undefined]);
  expect(unsafeMode('120000')).toMatch(/symbolic link/);
  expect(unsafeMode('160000')).toMatch(/submodule/);
  expect(unsafeMode('100600')).toMatch(/100600/);
  expect(unsafeMode('040000')).toMatch(/040000/);
});

const hunk = '@@ -0,0 +1 @@\n+x\n';
test.each([
  ['absolute', `--- /dev/null\n+++ /etc/passwd\n${hunk}`, 2, /absolute/],
  ['absolute after the prefix', `--- /dev/null\n+++ b//etc/passwd\n${hunk}`, 2, /absolute/],
  ['parent', `--- /dev/null\n+++ b/../x\n${hunk}`, 2, /leaves its directory/],
  ['parent as the prefix', `--- /dev/null\n+++ ../x\n${hunk}`, 2, /leaves its directory/],
  [
    'git',
    `diff --git a/.git/hooks/x b/.git/hooks/x\nnew file mode 100755\n--- /dev/null\n+++ b/.git/hooks/x\n${hunk}`,
    1,
    /git's own/,
  ],
  [
    'symlink',
    `diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n${hunk}`,
    2,
    /symbolic link/,
  ],
  [
    'symlink changed',
    'diff --git a/l b/l\nindex 1..2 120000\n--- a/l\n+++ b/l\n@@ -1 +1 @@\n-a\n+b\n',
    2,
    /symbolic link/,
  ],
  ['file becomes symlink', 'diff --git a/l b/l\nold mode 100644\nnew mode 120000\n', 3, /symbolic link/],
  ['submodule', `diff --git a/s b/s\nnew file mode 160000\n--- /dev/null\n+++ b/s\n${hunk}`, 2, /submodule/],
  [
    'rename away',
    'diff --git a/x b/../../y\nsimilarity index 100%\nrename from x\nrename to ../../y\n',
    1,
    /leaves/,
  ],
])('a parsed diff is refused: %s', (_name, text, line, reason) => {
  const parsed = parseDiff(text);
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.reason}`);
  expect(findUnsafe(parsed.files)).toEqual({ line, reason: expect.stringMatching(reason) as string });
});
