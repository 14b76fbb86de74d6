import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RigError } from './errors.ts';

/** tar(1) says nothing but how far it came when the last write was cut short. */
const fullDisk =
  /No space left on device|Disk quota exceeded|\bENOSPC\b|\bEDQUOT\b|Wrote only \d+ of \d+ bytes/;

/** Whether the error, its causes, or the words of a failed child process say that the disk or the quota is full. */
export function isDiskFull(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, stderr, cause } = error as Record<string, unknown>;
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  return (
    [message, stderr].some((text) => typeof text === 'string' && fullDisk.test(text)) || isDiskFull(cause)
  );
}

/** The sentence for people: which path, how much is left on its file system, and what to do. */
export function describeDiskFull(path: string): string {
  const advice = 'free some space, or use a directory on another disk';
  const room = freeSpace(path);
  if (room === undefined) return `no space left to write ${path}: ${advice}`;
  const inodes = room.files === 0 ? ' and no free inodes' : '';
  return `no space left to write ${path}: its disk has ${mebibytes(room.bytes)} free${inodes}; ${advice}`;
}

/**
 * What to throw instead of `error`: a RigError with the path and the free space when the disk is full, else the
 * error itself. `throw asRigError(error, path)`.
 */
export function asRigError(error: unknown, path: string): unknown {
  if (error instanceof RigError || !isDiskFull(error)) return error;
  return new RigError(describeDiskFull(path), { cause: error });
}

/** Does `work`, which writes below `path`; a full disk becomes a RigError. */
export async function withDiskErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRigError(error, path);
  }
}

/**
 * Writes a file whole or not at all: readers see the old content or the new one, also after a crash or a kill -9.
 * Makes the directory when it is not there. A full disk is a RigError, and the old content stays.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw asRigError(error, path);
  }
}

/** Asks the nearest directory above that exists: the path itself may be what could not be made. */
function freeSpace(path: string): { bytes: number; files: number } | undefined {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      const { bavail, bsize, ffree, files } = statfsSync(at);
      // Some file systems (btrfs, overlay) count no inodes: 0 of 0 is not "full".
      return { bytes: bavail * bsize, files: files === 0 ? Number.POSITIVE_INFINITY : ffree };
    } catch {
      if (at === dirname(at)) return undefined;
    }
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`;
}
