import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { applyPatches } from '../../harness/source/apply/apply.ts';
import { provideTree } from '../../harness/source/provide.ts';
import { intakeSeries } from '../../harness/source/series/intake.ts';
import { openSteppingTree } from '../../harness/source/stepping.ts';
import { makeContext, makeSeriesRepository, scratch } from './fixture.ts';

const directory = scratch();
const linux = makeSeriesRepository(join(directory, 'linux'));
const ctx = makeContext(directory);
const tree = await provideTree(`git:${linux}#v5.10.7`, ctx);
const series = await intakeSeries(`git:${linux}#v5.10.7..main`, ctx);
const commits = [tree.commit];
for await (const { commit } of applyPatches(tree, [series], ctx)) commits.push(commit);
const [base = '', first = '', second = '', third = ''] = commits;

let stepping: Awaited<ReturnType<typeof openSteppingTree>>;
beforeEach(async () => {
  stepping = await openSteppingTree(tree, ctx);
  await stepping.moveTo(base);
});
const path = (name: string) => join(stepping.directory, name);

test('a step writes the files that it changes and no other', async () => {
  const before = ['mm/mmap.c', 'mm/memory.c'].map((name) => statSync(path(name)).mtimeMs);
  await stepping.moveTo(first);
  const after = ['mm/mmap.c', 'mm/memory.c'].map((name) => statSync(path(name)).mtimeMs);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBeGreaterThan(before[1] ?? Infinity);
  expect(readFileSync(path('mm/memory.c'), 'utf8')).toContain('line_20 = 20;');
  expect(await stepping.changed(base, first)).toEqual(['mm/memory.c']);
  expect(await stepping.changed(base, third)).toEqual(['mm/memory.c', 'mm/mmap.c', 'mm/spf.c']);
});

test('back again takes added files away', async () => {
  await stepping.moveTo(third);
  expect(existsSync(path('mm/spf.c'))).toBe(true);
  await stepping.moveTo(second);
  expect(existsSync(path('mm/spf.c'))).toBe(false);
});

test('what was edited or left there by hand does not stay', async () => {
  const before = statSync(path('mm/mmap.c')).mtimeMs;
  writeFileSync(path('mm/memory.c'), 'edited');
  writeFileSync(path('left.c'), 'left');
  const again = await openSteppingTree(tree, ctx);
  await again.moveTo(first);
  expect(readFileSync(path('mm/memory.c'), 'utf8')).toContain('line_20 = 20;');
  expect(existsSync(path('left.c'))).toBe(false);
  expect(statSync(path('mm/mmap.c')).mtimeMs).toBe(before);
});

test('a checkout that was killed is made anew', async () => {
  const gitDir = /gitdir: (.*)/.exec(readFileSync(path('.git'), 'utf8'))?.[1] ?? '';
  writeFileSync(join(gitDir, 'index.lock'), '');
  await stepping.moveTo(third);
  expect(existsSync(path('mm/spf.c'))).toBe(true);
  rmSync(path('.git'));
  await stepping.moveTo(first);
  expect(existsSync(path('mm/spf.c'))).toBe(false);
});

test('the content is the same whatever the message, and an unknown commit is not known', async () => {
  expect(await stepping.contentOf(base)).not.toBe(await stepping.contentOf(first));
  expect(await stepping.changed('0'.repeat(40), first)).toBeNull();
});
