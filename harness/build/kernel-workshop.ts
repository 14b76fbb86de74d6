import { existsSync } from 'node:fs';
import { mkdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withDiskErrors } from '../base/disk.ts';

/**
 * Where kernels of one architecture and profile are built, one after the other. The paths are always the same, so
 * that ccache knows a file again whichever variant of the tree it comes from.
 */
export interface Workshop {
  /** A symbolic link to the tree that is being built. */
  readonly source: string;
  readonly objects: string;
  /** What will be moved to its final place when it is whole. */
  readonly products: string;
}

/** Who builds here holds this lock. */
export function workshopLock(cacheDir: string, kind: string): string {
  return join(cacheDir, 'build', 'workshops', `${kind}.lock`);
}

/** Lies in a workshop whose objects are whole: taken away while somebody builds, so a build that was killed leaves none. */
const WHOLE = 'whole';

/** The workshop as the last incremental build left it; swept out when there was none, or when it was broken off. */
export async function reopenWorkshop(cacheDir: string, kind: string, tree: string): Promise<Workshop> {
  const directory = join(cacheDir, 'build', 'workshops', kind);
  const whole = existsSync(join(directory, WHOLE));
  if (!whole || (await readlink(join(directory, 'src')).catch(() => '')) !== tree)
    return openWorkshop(cacheDir, kind, tree);
  const workshop = placesIn(directory);
  await withDiskErrors(directory, async () => {
    await rm(join(directory, WHOLE));
    await rm(workshop.products, { recursive: true, force: true });
    await mkdir(workshop.products);
  });
  return workshop;
}

/** Keeps the objects for the next incremental build, until any other build of the kind sweeps them out. */
export async function leaveWorkshop({ objects }: Workshop): Promise<void> {
  await writeFile(join(objects, '..', WHOLE), '');
}

/** Sweeps out what an earlier, perhaps interrupted, build left, and links the tree. */
export async function openWorkshop(cacheDir: string, kind: string, tree: string): Promise<Workshop> {
  const directory = join(cacheDir, 'build', 'workshops', kind);
  const workshop = placesIn(directory);
  await withDiskErrors(directory, async () => {
    await rm(directory, { recursive: true, force: true });
    await mkdir(workshop.objects, { recursive: true });
    await mkdir(workshop.products);
    await symlink(tree, workshop.source);
  });
  return workshop;
}

const placesIn = (directory: string): Workshop => ({
  source: join(directory, 'src'),
  objects: join(directory, 'obj'),
  products: join(directory, 'products'),
});

/** Objects are worth nothing once the products are out: ccache has them. */
export async function closeWorkshop({ objects }: Workshop): Promise<void> {
  await rm(objects, { recursive: true, force: true });
}
