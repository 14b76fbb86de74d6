import { statfs } from 'node:fs/promises';
import { RigError } from '../base/errors.ts';

/** Objects, products and ccache of one build with KASAN and debug information, in bytes, rounded up. */
const neededForBuild = 1.5 * 2 ** 30;

/** Bytes that we may still write to the file system of `path`, which exists. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** @throws RigError when a build would end in the middle for want of space. */
export async function insistOnRoom(path: string): Promise<void> {
  const free = await freeBytes(path);
  if (free >= neededForBuild) return;
  const [has, needs] = [free, neededForBuild].map((bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`);
  throw new RigError(
    `no room to build a kernel: the disk of ${path} has ${has} free and a build takes up to ${needs}; ` +
      'free some space, or use a cache on another disk',
  );
}
