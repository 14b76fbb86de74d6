import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Context } from '../../harness/base/context.ts';
import { CancelledError, RigError } from '../../harness/base/errors.ts';
import { withLock } from '../../harness/base/lock.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spf-lock-'));
  file = join(directory, 'new', 'lock');
});
afterEach(() => rm(directory, { recursive: true }));

type LockContext = Pick<Context, 'signal' | 'notify'>;
const quiet: LockContext = { signal: new AbortController().signal, notify: () => undefined };

test('work under one lock never overlaps', async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    withLock(file, quiet, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    });
  await Promise.all([work(), work(), work(), work()]);
  expect(most).toBe(1);
});

test('different files do not wait for each other', async () => {
  const nested = await withLock(file, quiet, () =>
    withLock(`${file}2`, quiet, () => Promise.resolve('both')),
  );
  expect(nested).toBe('both');
});

test('the lock is free again after a failure, which passes through', async () => {
  const boom = new Error('boom');
  await expect(withLock(file, quiet, () => Promise.reject(boom))).rejects.toBe(boom);
  expect(await withLock(file, quiet, () => Promise.resolve(1))).toBe(1);
});

test('a wait that people notice is told, and cancelling ends it', async () => {
  const controller = new AbortController();
  const told: string[] = [];
  await withLock(file, quiet, async () => {
    const waiting = withLock(
      file,
      {
        signal: controller.signal,
        notify: (progress) => {
          told.push(progress.text ?? '');
          controller.abort();
        },
      },
      () => Promise.resolve('never'),
    );
    await expect(waiting).rejects.toThrow(CancelledError);
  });
  expect(told).toEqual([`waiting for another run, which holds ${file}`]);
});

test('a lock that cannot be taken is the rig’s fault', async () => {
  await expect(withLock('/proc/self/nowhere', quiet, () => Promise.resolve(1))).rejects.toThrow(RigError);
});

test('kill -9 of the holding process frees the lock', async () => {
  const script = `
    const { withLock } = await import(${JSON.stringify(new URL('../../harness/base/lock.ts', import.meta.url).href)});
    const ctx = { signal: new AbortController().signal, notify() {} };
    await withLock(${JSON.stringify(file)}, ctx, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1e6); }));`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => other.stdout.once('data', resolve));
  let free = false;
  const waiting = withLock(file, quiet, () => {
    free = true;
    return Promise.resolve('ours');
  });
  expect(free).toBe(false);
  other.kill('SIGKILL');
  expect(await waiting).toBe('ours');
});
