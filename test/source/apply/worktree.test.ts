import { existsSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { UsageError } from '../../../harness/base/errors.ts';
import { applySeries } from '../../../harness/source/apply/apply.ts';
import { provideTree } from '../../../harness/source/provide.ts';
import { intakeSeries } from '../../../harness/source/series/intake.ts';
import type { Series, Tree } from '../../../harness/source/types.ts';
import { prepareWorktree, removeWorktree, withSwitchedWorktree } from '../../../harness/source/worktree.ts';
import {
  commit,
  failure,
  git,
  kernel,
  makeContext,
  makeRepository,
  makeSeriesRepository,
  scratch,
  write,
} from '../fixture.ts';

const directory = scratch();
const ctx = makeContext(directory);
const repository = join(directory, 'repository');
let tree: Tree;
let series: Series;

beforeAll(async () => {
  makeSeriesRepository(repository);
  tree = await provideTree(`git:${repository}#v5.10.7`, ctx);
  series = await intakeSeries(`git:${repository}#v5.10.7..main`, ctx);
});

async function patch(name: string, text: string): Promise<Series> {
  return intakeSeries(join(write(directory, { [`${name}.patch`]: text }), `${name}.patch`), ctx);
}

test('the worktree is what git itself made of the commits, a commit a patch', async () => {
  const worktree = await prepareWorktree(tree, [series], ctx);
  expect(git(worktree.directory, 'rev-parse', 'HEAD')).toBe(worktree.commit);
  expect(git(worktree.directory, 'rev-parse', 'HEAD^{tree}')).toBe(
    git(repository, 'rev-parse', 'main^{tree}'),
  );
  const format = '--format=%an <%ae>%n%B';
  expect(git(worktree.directory, 'log', format, '-3')).toBe(git(repository, 'log', format, '-3', 'main'));
  expect(readFileSync(join(worktree.directory, 'mm/spf.c'), 'utf8')).toBe('int spf;\n');
});

test('the same content is the same commit, key and place, also in another cache', async () => {
  const first = await prepareWorktree(tree, [series], ctx);
  const inode = statSync(join(first.directory, 'mm/spf.c')).ino;
  expect(await prepareWorktree(tree, [series], ctx)).toEqual(first);
  expect(statSync(join(first.directory, 'mm/spf.c')).ino).toBe(inode);

  const other = makeContext(join(directory, 'other'));
  const elsewhere = await prepareWorktree(await provideTree(tree.spec, other), [series], other);
  expect(elsewhere).toMatchObject({ commit: first.commit, key: first.key });
  expect(elsewhere.directory).not.toBe(first.directory);
});

test('base, series, and series with a patch on top have different keys', async () => {
  const mutant = await patch(
    'mutant',
    'mutant\n\n--- a/mm/spf.c\n+++ b/mm/spf.c\n@@ -1 +1 @@\n-int spf;\n+int fps;\n',
  );
  const three = [
    await prepareWorktree(tree, [], ctx),
    await prepareWorktree(tree, [series], ctx),
    await prepareWorktree(tree, [series, mutant], ctx),
  ];
  expect(new Set(three.map(({ key }) => key)).size).toBe(3);
  expect(new Set(three.map(({ directory }) => directory)).size).toBe(3);
  expect(three[0]?.commit).toBe(tree.commit);
  expect(readFileSync(join(three[2]?.directory ?? '', 'mm/spf.c'), 'utf8')).toBe('int fps;\n');
});

test('callers at the same time get one worktree', async () => {
  const fresh = makeContext(join(directory, 'crowd'));
  const crowd = await Promise.all(
    Array.from({ length: 4 }, async () =>
      prepareWorktree(await provideTree(tree.spec, fresh), [series], fresh),
    ),
  );
  expect(new Set(crowd.map(({ directory }) => directory)).size).toBe(1);
  expect(fresh.told.filter((text) => text.startsWith('checking out'))).toHaveLength(1);
  expect(fresh.told.filter((text) => text.startsWith('fetching'))).toHaveLength(1);
});

test('a patch that does not apply: number, file, hunk, rejected lines, and nothing left behind', async () => {
  const text = [
    'mm: does not fit',
    '',
    '--- a/mm/memory.c',
    '+++ b/mm/memory.c',
    '@@ -1,2 +1,2 @@',
    '-int line_1;',
    '+int line_one;',
    ' int line_2;',
    '@@ -30,3 +30,3 @@ somewhere',
    ' int line_30;',
    '-int not_there;',
    '+int anything;',
    ' int line_32;',
    '',
  ].join('\n');
  const bad = await patch('unfit', text);
  const before = readdirSync(join(ctx.cacheDir, 'source/worktrees'));
  const error = await failure(prepareWorktree(tree, [series, bad], ctx));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toBe(
    `unfit, patch 1 (mm: does not fit; unfit.patch) does not apply to ${tree.spec} with the patches before it\n` +
      '  mm/memory.c, hunk 2 of 2: the lines that it wants to change are not there\n' +
      '    @@ -30,3 +30,3 @@ somewhere\n     int line_30;\n    -int not_there;\n    +int anything;\n     int line_32;',
  );
  const after = readdirSync(join(ctx.cacheDir, 'source/worktrees')).filter((name) => !name.endsWith('.lock'));
  expect(after).toEqual(before.filter((name) => !name.endsWith('.lock')));
});

test('what is there already is said to be', async () => {
  const error = await failure(prepareWorktree(tree, [series, series], ctx));
  expect(error.message).toMatch(
    /patch 1 \(mm: set line 20.*: its changes are there already\n {2}mm\/memory\.c, hunk 1 of 1/,
  );
});

test.each([
  [
    'a file that is not there',
    '--- a/no.c\n+++ b/no.c\n@@ -1 +1 @@\n-a\n+b\n',
    / {2}no\.c: does not exist in index/,
  ],
  [
    'a file that is there',
    '--- /dev/null\n+++ b/mm/mmap.c\n@@ -0,0 +1 @@\n+b\n',
    / {2}mm\/mmap\.c: already exists in index/,
  ],
])('a patch for %s', async (_name, diff, message) => {
  const error = await failure(prepareWorktree(tree, [await patch('unfit', diff)], ctx));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(message);
});

test('links that the tree has are neither followed nor changed', async () => {
  const linked = makeRepository(join(directory, 'linked'), kernel);
  symlinkSync('/etc', join(linked, 'mm/etc'));
  symlinkSync('mmap.c', join(linked, 'mm/link.c'));
  git(linked, 'add', '-A');
  git(linked, 'commit', '-q', '-m', 'links');
  const base = await provideTree(`git:${linked}#main`, ctx);
  const through = await patch('through', '--- /dev/null\n+++ b/mm/etc/spf-was-here\n@@ -0,0 +1 @@\n+b\n');
  expect((await failure(prepareWorktree(base, [through], ctx))).message).toMatch(/beyond a symbolic link/);
  const change = await patch(
    'change',
    '--- a/mm/link.c\n+++ b/mm/link.c\n@@ -1 +1 @@\n-mmap.c\n\\ No newline at end of file\n+/etc/passwd\n\\ No newline at end of file\n',
  );
  expect((await failure(prepareWorktree(base, [change], ctx))).message).toMatch(/symbolic link/);
});

test('an edited worktree is not taken for the series, and its edits are kept', async () => {
  const worktree = await prepareWorktree(tree, [], ctx);
  const file = join(worktree.directory, 'mm/mmap.c');
  writeFileSync(file, 'edited\n');
  const error = await failure(prepareWorktree(tree, [], ctx));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(/was edited \(.*mm\/mmap\.c/);
  expect(readFileSync(file, 'utf8')).toBe('edited\n');

  rmSync(worktree.directory, { recursive: true });
  expect(await prepareWorktree(tree, [], ctx)).toEqual(worktree);
  expect(readFileSync(file, 'utf8')).toBe(kernel['mm/mmap.c']);
});

test('a worktree that was not finished is made again', async () => {
  const worktree = await prepareWorktree(tree, [], ctx);
  git(tree.repository, 'update-ref', '-d', `refs/ready/${worktree.key}`);
  rmSync(join(worktree.directory, 'mm'), { recursive: true });
  expect(await prepareWorktree(tree, [], ctx)).toEqual(worktree);
  expect(existsSync(join(worktree.directory, 'mm/mmap.c'))).toBe(true);
});

test('removeWorktree gives the space back', async () => {
  const worktree = await prepareWorktree(tree, [series], ctx);
  await removeWorktree(tree, worktree, ctx);
  expect(existsSync(worktree.directory)).toBe(false);
  expect(git(tree.repository, 'worktree', 'list')).not.toContain(worktree.directory);
  expect(await prepareWorktree(tree, [series], ctx)).toEqual(worktree);
});

test('whatever git diff says, intake and apply make it so, byte for byte', { timeout: 120_000 }, async () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '-- ',
      '--- a/x',
      '+++ b/x',
      '@@ -1 +1 @@',
      'diff --git a/x b/x',
      'GIT binary patch',
      '\\ No newline',
      'From me',
      'ä\r',
    ),
    fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !/[\n\0]/.test(text)),
  );
  const content = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''));
  const home = makeRepository(join(directory, 'random'), kernel);
  const pairs = fc.array(fc.tuple(content, content), { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(pairs, async (pairs) => {
      for (const [side, message] of ['before', 'after'].entries()) {
        commit(
          home,
          Object.fromEntries(pairs.map((pair, file) => [`mm/random-${file}.c`, pair[side] ?? ''])),
          message,
        );
      }
      fc.pre(git(home, 'rev-parse', 'HEAD^{tree}') !== git(home, 'rev-parse', 'HEAD~1^{tree}'));
      const base = await provideTree(`git:${home}#HEAD~1`, ctx);
      const applied = await applySeries(base, [await intakeSeries(`git:${home}#HEAD~1..HEAD`, ctx)], ctx);
      expect(git(base.repository, 'rev-parse', `${applied}^{tree}`)).toBe(
        git(home, 'rev-parse', 'HEAD^{tree}'),
      );
    }),
    { numRuns: 6 },
  );
});

test('a worktree that is switched writes the files that differ, and no others', async () => {
  const base = await applySeries(tree, [], ctx);
  const patched = await applySeries(tree, [series], ctx);
  const look = (directory: string) => ({
    head: git(directory, 'rev-parse', 'HEAD'),
    series: existsSync(join(directory, 'mm/spf.c')),
    clean: git(directory, 'status', '--porcelain'),
    untouched: statSync(join(directory, 'Makefile')).ino,
  });
  const switched = (commit: string) =>
    withSwitchedWorktree(tree, 'switched', commit, ctx, (at) => Promise.resolve(look(at)));
  const first = await switched(patched);
  expect(first).toMatchObject({ head: patched, series: true, clean: '' });
  const second = await switched(base);
  expect(second).toMatchObject({ head: base, series: false, clean: '' });
  expect(second.untouched).toBe(first.untouched);
  expect(await switched(patched)).toEqual(first);
});

test('a switched worktree that was spoilt is made again', async () => {
  const patched = await applySeries(tree, [series], ctx);
  const place = await withSwitchedWorktree(tree, 'spoilt', patched, ctx, (at) => Promise.resolve(at));
  writeFileSync(join(place, 'mm/spf.c'), 'edited');
  rmSync(join(place, '.git'));
  const text = await withSwitchedWorktree(tree, 'spoilt', patched, ctx, (at) =>
    Promise.resolve(readFileSync(join(at, 'mm/spf.c'), 'utf8')),
  );
  expect(text).toBe('int spf;\n');
});
