import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { asRigError } from '../base/disk.ts';
import { withLock } from '../base/lock.ts';

/**
 * A directory of the cache that is made once and whole: made beside its place, then renamed into it, so that what is
 * there is finished. Others who want the same meanwhile wait for it.
 *
 * @param name path below the cache that names the content (a hash of all that goes into it).
 * @param make fills the directory that it is given.
 * @returns the absolute path.
 * @throws RigError when the disk is full; CancelledError; whatever `make` throws.
 */
export async function cachedDirectory(
  ctx: Context,
  name: string,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  const place = join(ctx.cacheDir, name);
  if (await exists(place)) return place;
  return withLock(`${place}.lock`, ctx, async () => {
    if (await exists(place)) return place;
    const draft = `${place}.draft`;
    try {
      await rm(draft, { recursive: true, force: true });
      await mkdir(draft);
      await make(draft);
      await rename(draft, place);
    } catch (error) {
      throw asRigError(error, place);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return place;
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
