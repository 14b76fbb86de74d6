import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  asRigError,
  describeDiskFull,
  isDiskFull,
  withDiskErrors,
  writeFileAtomic,
} from '../../harness/base/disk.ts';
import { RigError } from '../../harness/base/errors.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spf-disk-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a full disk is known by its code, by a child’s words and through causes, and by nothing else', () => {
  expect(isDiskFull(Object.assign(new Error('write'), { code: 'ENOSPC' }))).toBe(true);
  expect(
    isDiskFull(Object.assign(new Error('git failed'), { stderr: 'fatal: No space left on device' })),
  ).toBe(true);
  expect(isDiskFull({ stderr: 'tar: linux.tar.xz: Wrote only 7168 of 10240 bytes' })).toBe(true);
  expect(isDiskFull(new Error('outer', { cause: Object.assign(new Error('x'), { code: 'EDQUOT' }) }))).toBe(
    true,
  );
  expect(isDiskFull(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBe(false);
  expect(isDiskFull('No space left on device')).toBe(false);
  expect(isDiskFull(undefined)).toBe(false);
});

test('the message names the path and the free space, also below directories that do not exist', () => {
  const path = join(directory, 'not', 'there');
  expect(describeDiskFull(path)).toMatch(
    /no space left to write .*\/not\/there: its disk has [\d.]+ MiB free/,
  );
});

test('other errors pass unchanged', () => {
  const error = new Error('something else');
  expect(asRigError(error, directory)).toBe(error);
});

// /dev/full answers every write with ENOSPC (full(4)): the real error of the real system call.
test.skipIf(!existsSync('/dev/full'))('a real ENOSPC becomes a RigError', async () => {
  const failing = withDiskErrors('/dev/full', () => writeFile('/dev/full', 'x'));
  await expect(failing).rejects.toThrow(RigError);
  await expect(failing).rejects.toThrow(/no space left to write \/dev\/full/);
});

test('writeFileAtomic makes directories, replaces, and leaves nothing beside the file', async () => {
  const path = join(directory, 'a', 'b.json');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, new TextEncoder().encode('two'));
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(join(directory, 'a'))).toEqual(['b.json']);
});

test('writeFileAtomic that fails leaves the old state and no temporary file', async () => {
  const path = join(directory, 'taken');
  await writeFileAtomic(join(path, 'inside'), 'old');
  await expect(writeFileAtomic(path, 'new')).rejects.toThrow();
  expect(await readdir(directory)).toEqual(['taken']);
  expect(await readFile(join(path, 'inside'), 'utf8')).toBe('old');
});
