import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Arch, Userland } from '../../arch/index.ts';
import type { Context } from '../../base/context.ts';
import { RigError, UsageError } from '../../base/errors.ts';
import type { Image } from '../../machine/types.ts';
import { cachedDirectory } from '../cached.ts';
import { buildGuest, type Guest } from '../guest.ts';
import { moduleArchive } from '../initramfs.ts';
import type { Apt } from './apt.ts';
import { binaryPackage } from './packages.ts';
import { modulesInOrder } from './modules.ts';

/** Metapackages of the smallest kernel that Debian has for an architecture. */
const metapackages: Partial<Record<Userland, string>> = {
  x86_64: 'linux-image-cloud-amd64',
  ppc64le: 'linux-image-powerpc64le',
};

/** Drivers that a guest needs before it can be reached; built in where the kernel is ours. */
const drivers = ['virtio_pci', 'virtio_net', 'virtio_rng'];

/** A real kernel that needs no build, ready to boot. */
export interface PrebuiltKernel {
  readonly image: Image;
  readonly guest: Guest;
  /** Absolute host paths of the modules in the initramfs, in loading order. */
  readonly modules: readonly string[];
}

/**
 * This Debian's own kernel, downloaded and unpacked (never installed), with a guest that loads its drivers.
 *
 * @throws UsageError for an architecture that Debian has none for; RigError when it cannot be fetched.
 */
export async function debianKernel(arch: Arch, ctx: Context): Promise<PrebuiltKernel> {
  const metapackage = metapackages[arch.userland];
  if (metapackage === undefined) throw new UsageError(`Debian has no prebuilt kernel for ${arch.id}`);
  const [root, guest] = await Promise.all([
    binaryPackage(ctx, arch.userland, metapackage, (apt) => versionedName(apt, metapackage)),
    buildGuest(arch, ctx),
  ]);
  const kernel = await bootFile(root);
  const modules = await modulesInOrder(join(root, 'lib/modules'), drivers);
  return {
    image: { kernel, initramfs: await withModules(ctx, root, guest, modules), release: releaseOf(kernel) },
    guest,
    modules,
  };
}

/** A metapackage depends on the package that carries the version in its name. */
async function versionedName(apt: Apt, metapackage: string): Promise<string> {
  const dependencies = await apt.dependencies(metapackage);
  const name = dependencies.find((dependency) => /^linux-image-\d/.test(dependency));
  if (name === undefined)
    throw new RigError(`${metapackage} depends on no kernel: ${dependencies.join(', ')}`);
  return name;
}

async function bootFile(root: string): Promise<string> {
  const names = await Array.fromAsync(glob('vmlinu[xz]-*', { cwd: join(root, 'boot') }));
  if (names[0] === undefined) throw new RigError(`no kernel in ${root}/boot`);
  return join(root, 'boot', names[0]);
}

/** `uname -r` is what follows the first dash of `vmlinuz-6.1.0-56-cloud-amd64`. */
function releaseOf(kernel: string): string {
  return kernel.replace(/^.*\/vmlinu[xz]-/, '');
}

async function withModules(
  ctx: Context,
  root: string,
  guest: Guest,
  modules: readonly string[],
): Promise<string> {
  const key = createHash('sha256')
    .update(JSON.stringify([guest.initramfs, modules]))
    .digest('hex')
    .slice(0, 16);
  const directory = await cachedDirectory(ctx, `guest/modules-${key}`, async (draft) => {
    const files = modules.map((host) => ({ host, guest: `/${relative(root, host)}` }));
    const parts = [await readFile(guest.initramfs), await moduleArchive(files)];
    await writeFile(join(draft, 'initramfs.cpio'), Buffer.concat(parts));
  });
  return join(directory, 'initramfs.cpio');
}
