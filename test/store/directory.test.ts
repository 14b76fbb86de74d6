import { mkdir, mkdtemp, readlink, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RigError, UsageError } from '../../harness/base/errors.ts';
import {
  createJobDirectory,
  createRunDirectory,
  createRunId,
  isRunId,
  updateLatest,
} from '../../harness/store/index.ts';

let out: string;
beforeEach(async () => {
  out = join(await mkdtemp(join(tmpdir(), 'spf-out-')), 'out');
});
afterEach(() => rm(join(out, '..'), { recursive: true }));

describe('run ids', () => {
  test('are UTC time and a random end', () => {
    expect(createRunId(new Date('2026-11-23T04:05:01.999Z'), '3f9a')).toBe('20261123-040501-3f9a');
    expect(isRunId(createRunId())).toBe(true);
    expect(isRunId('latest')).toBe(false);
  });

  test('sort as their runs began', () => {
    const date = fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true });
    const second = (when: Date) => Math.floor(when.getTime() / 1000);
    fc.assert(
      fc.property(date, date, (a, b) => {
        fc.pre(second(a) < second(b));
        expect(createRunId(a) < createRunId(b)).toBe(true);
      }),
    );
  });
});

describe('the run directory', () => {
  test('is made with its parents, and never twice', async () => {
    const directory = await createRunDirectory(out, 'a');
    expect(directory).toBe(join(out, 'a'));
    expect(await readdir(directory)).toEqual(['jobs']);
    await expect(createRunDirectory(out, 'a')).rejects.toThrow(RigError);
  });

  test('that cannot be is a usage error with what to do', async () => {
    await writeFile(out, 'a file');
    await expect(createRunDirectory(join(out, 'below'), 'a')).rejects.toThrow(UsageError);
    await expect(createRunDirectory(join(out, 'below'), 'a')).rejects.toThrow(/--out/);
  });

  test('has a directory a job, for names that stay inside of it', async () => {
    const run = await createRunDirectory(out, 'a');
    const directory = await createJobDirectory(run, 'x86_64-series-race-hammer-2');
    expect((await stat(directory)).isDirectory()).toBe(true);
    expect(await createJobDirectory(run, 'x86_64-series-race-hammer-2')).toBe(directory);
    for (const odd of ['', '.', '..', '../x', 'a/b', '/etc', 'a\0b', 'a\nb', '.hidden', 'x'.repeat(300)]) {
      await expect(createJobDirectory(run, odd), odd).rejects.toThrow(RigError);
    }
    expect(await readdir(join(run, 'jobs'))).toEqual(['x86_64-series-race-hammer-2']);
  });
});

describe('out/latest', () => {
  test('points to the last run, relative, so that out/ can be moved', async () => {
    for (const id of ['a', 'b']) {
      await createRunDirectory(out, id);
      await updateLatest(out, id);
      expect(await readlink(join(out, 'latest'))).toBe(id);
    }
    expect((await readdir(out)).sort()).toEqual(['a', 'b', 'latest']);
  });

  test('is there all the time, whoever is last of several', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) await createRunDirectory(out, id);
    await Promise.all(ids.map((id) => updateLatest(out, id)));
    expect(ids).toContain(await readlink(join(out, 'latest')));
    expect((await readdir(out)).sort()).toEqual([...ids, 'latest']);
  });

  test('does not replace what somebody else made', async () => {
    await mkdir(join(out, 'latest'), { recursive: true });
    await expect(updateLatest(out, 'a')).rejects.toThrow(/is a directory/);
    expect(await readdir(out)).toEqual(['latest']);
  });
});
