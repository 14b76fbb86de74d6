import { expect, test } from 'vitest';
import { formatDiff, parseDiff } from '../../../harness/source/diff/parse.ts';

const change = `diff --git a/mm/mmap.c b/mm/mmap.c
index 1234567..89abcde 100644
--- a/mm/mmap.c
+++ b/mm/mmap.c
@@ -1,3 +1,4 @@ int f(void)
 one
+one and a half
 two
 three
`;

function files(text: string) {
  const parsed = parseDiff(text);
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.reason}`);
  return parsed.files;
}

test('a git diff in prose: paths, modes, hunks, places', () => {
  const [file, ...others] = files(`Some words\n--- not a header\n\n${change}-- \n2.30.2\n\n`);
  expect(others).toEqual([]);
  expect(file).toMatchObject({
    oldPath: 'mm/mmap.c',
    newPath: 'mm/mmap.c',
    line: 4,
    modes: [{ mode: '100644', line: 5 }],
  });
  expect(file?.hunks).toHaveLength(1);
  expect(file?.hunks[0]).toMatchObject({ oldStart: 1, oldCount: 3, newStart: 1, newCount: 4, line: 8 });
  expect(file?.hunks[0]?.lines).toEqual([' one', '+one and a half', ' two', ' three']);
});

test('formatDiff gives the diff back without the prose', () => {
  expect(formatDiff(files(`Words\n\n${change}-- \n2.30\nmore words\n${change}`))).toBe(change + change);
});

test('lines of a hunk are counted, so content that looks like a diff is content', () => {
  const tricky = `--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n--- a/../../etc/passwd\n+++ b/.git/config\n+diff --git a/y b/y\n context\n`;
  const [file, ...others] = files(tricky);
  expect(others).toEqual([]);
  expect(file?.hunks[0]?.lines).toHaveLength(4);
});

test('new, deleted, renamed, empty and mode-only files', () => {
  const text = [
    'diff --git a/new.c b/new.c\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file',
    'diff --git a/old.c b/old.c\ndeleted file mode 100755\nindex 1111111..0000000\n--- a/old.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x',
    'diff --git a/from.c b/to.c\nsimilarity index 100%\nrename from from.c\nrename to to.c',
    'diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29',
    'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755',
  ].join('\n');
  const parsed = files(`${text}\n`);
  expect(parsed.map(({ oldPath, newPath }) => [oldPath, newPath])).toEqual([
    [null, 'new.c'],
    ['old.c', null],
    ['from.c', 'to.c'],
    [null, 'empty'],
    ['run.sh', 'run.sh'],
  ]);
  expect(formatDiff(parsed)).toBe(`${text}\n`);
});

test('plain diff -u with time stamps', () => {
  const text = `--- linux.orig/mm/mmap.c\t2021-01-01 00:00:00.000000000 +0000\n+++ linux/mm/mmap.c\t2021-01-02 00:00:00.000000000 +0000\n@@ -1 +1 @@\n-a\n+b\n`;
  expect(files(`diff -urN linux.orig/mm/mmap.c linux/mm/mmap.c\n${text}`)[0]).toMatchObject({
    oldPath: 'mm/mmap.c',
    newPath: 'mm/mmap.c',
  });
});

test('an empty line is context whose blank a mailer dropped', () => {
  expect(files('--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n\n+b\n c\n')[0]?.hunks[0]?.lines).toEqual([
    '',
    '+b',
    ' c',
  ]);
});

const head = 'diff --git a/x.c b/x.c\n';
const pair = '--- a/x.c\n+++ b/x.c\n';
test.each([
  ['no diff', 'nothing here\n', 1, /no diff/],
  ['binary', `${head}index 1..2 100644\nGIT binary patch\nliteral 1\n`, 3, /binary/],
  ['binary, named', `${head}index 1..2 100644\nBinary files a/x.c and b/x.c differ\n`, 3, /binary/],
  ['binary, of diff -u', 'Binary files old/x and new/x differ\n', 1, /binary/],
  ['merge', 'diff --cc x.c\nindex 1,2..3\n', 1, /merge/],
  ['context diff', '*** a/x.c\n--- b/x.c\n***************\n*** 1,2 ****\n  a\n', 3, /context diff/],
  ['quoted path', 'diff --git "a/x\\303.c" "b/x\\303.c"\n', 1, /quoted/],
  ['quoted path in a pair', '--- "a/x\\n.c"\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n', 1, /quoted/],
  ['quoted rename', `${head}rename from "x\\t.c"\nrename to x.c\n`, 2, /quoted/],
  ['blanks', 'diff --git a/x y.c b/x y.c\n', 1, /blanks/],
  ['blanks in a pair', '--- a/x y\n+++ b/x y\n@@ -1 +1 @@\n-a\n+b\n', 1, /blanks/],
  ['no prefix', 'diff --git mm/x.c mm/x.c\n', 1, /noprefix/],
  ['no prefix in a pair', '--- x.c\n+++ x.c\n@@ -1 +1 @@\n-a\n+b\n', 1, /no directory before it/],
  ['other names below', `${head}--- a/x.c\n+++ b/y.c\n@@ -1 +1 @@\n-a\n+b\n`, 2, /do not name the file/],
  ['two names', '--- a/x.c\n+++ a/y.c\n@@ -1 +1 @@\n-a\n+b\n', 1, /do not name one file/],
  ['nothing to nothing', '--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n', 1, /do not name one file/],
  ['rename of another', `${head}rename from ../x\nrename to x.c\n`, 2, /not the file/],
  ['nothing after the head', `${head}index 1..2 100644\n\nwords\n`, 1, /cut/],
  ['no hunk', `${head}${pair}\n`, 4, /no hunk/],
  ['stray hunk', 'words\n@@ -1,2 +1,2 @@\n a\n', 2, /without the name/],
  ['bad hunk header', `${pair}@@ -x +1 @@\n`, 3, /not a hunk header/],
  ['cut hunk', `${pair}@@ -1,3 +1,3 @@\n a\n-b\n`, 3, /cut: 1 old and 2 new/],
  ['wrapped line', `${pair}@@ -1,2 +1,2 @@\n int f(int a,\nint b)\n`, 5, /wrapped/],
  ['too many lines', `${pair}@@ -1 +1,2 @@\n-a\n-b\n+c\n`, 5, /other lines than its header/],
])('refuses: %s', (_name, text, line, reason) => {
  expect(parseDiff(text)).toEqual({ ok: false, line, reason: expect.stringMatching(reason) as string });
});
