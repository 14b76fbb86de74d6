import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spawnTethered } from './command.ts';
import type { Context } from './context.ts';
import { asRigError } from './disk.ts';
import { CancelledError, RigError } from './errors.ts';

/** People are told that they wait only when the wait is one they notice. */
const NOTICEABLE_MS = 500;

/**
 * Does `work` while this process alone, of all that use the same file, holds the lock. Others wait; the lock goes
 * when `work` ends, throws, or this process dies, by kill -9 too. Not reentrant: a nested call with the same file
 * waits for itself. The file stays behind, empty; never delete it while something runs.
 *
 * @param file absolute path; it and its directory are made when missing.
 * @throws CancelledError when `ctx.signal` fires during the wait; whatever `work` throws.
 */
export async function withLock<T>(
  file: string,
  ctx: Pick<Context, 'signal' | 'notify'>,
  work: () => Promise<T>,
): Promise<T> {
  const holder = await hold(file, ctx);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await holder.release();
    throw error;
  }
  if (!(await holder.release())) {
    throw new RigError(
      `the process that held the lock ${file} was killed; another run may have disturbed this one`,
    );
  }
  return result;
}

interface Holder {
  /** Resolves to false when the lock had been lost before. */
  release(): Promise<boolean>;
}

/**
 * flock(1) turns itself into cat(1), which keeps the locked descriptor (flock --no-fork). cat's echo tells that the
 * lock is ours; the end of its input, ours to give or the kernel's when we die, ends it and frees the lock.
 */
async function hold(file: string, ctx: Pick<Context, 'signal' | 'notify'>): Promise<Holder> {
  if (ctx.signal.aborted) throw new CancelledError(`cancelled before the lock ${file}`);
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
    throw asRigError(error, file);
  });
  const child = spawnTethered(['flock', '--no-fork', '--exclusive', file, 'cat'], {
    reject: false,
    stdin: 'pipe',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write('held\n');

  const slow = setTimeout(() => {
    ctx.notify({ task: 'lock', text: `waiting for another run, which holds ${file}` });
  }, NOTICEABLE_MS);
  const cancel = () => child.kill('SIGKILL');
  ctx.signal.addEventListener('abort', cancel);
  try {
    const echoed = new Promise<'held'>((resolve) => child.stdout.once('data', () => resolve('held')));
    const first = await Promise.race([echoed, child]);
    if (ctx.signal.aborted) {
      child.kill('SIGKILL');
      throw new CancelledError(`cancelled while waiting for the lock ${file}`);
    }
    if (first !== 'held') {
      throw new RigError(`cannot lock ${file}: ${first.stderr || first.shortMessage || 'flock failed'}`);
    }
  } finally {
    clearTimeout(slow);
    ctx.signal.removeEventListener('abort', cancel);
  }
  return {
    release: async () => {
      child.stdin.end();
      return (await child).exitCode === 0;
    },
  };
}
