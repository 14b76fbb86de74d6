import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Arch } from '../arch/index.ts';
import { spawnTethered } from '../base/command.ts';
import { withDiskErrors } from '../base/disk.ts';
import { productNames } from './kernel-stamp.ts';
import type { Warning } from './kernel-warnings.ts';
import type { Workshop } from './kernel-workshop.ts';

/** Name of the bootable file: where it is the ELF file itself, the stripped one gets a name of its own. */
export function imageName(arch: Arch): string {
  const name = basename(arch.kernelImage);
  return name === productNames.vmlinux ? 'vmlinux.stripped' : name;
}

/** Copies what a build is kept for out of the objects. */
export async function collectProducts(
  arch: Arch,
  { objects, products }: Workshop,
  log: string,
  warnings: readonly Warning[],
): Promise<void> {
  await withDiskErrors(products, async () => {
    const image = join(products, imageName(arch));
    if (basename(arch.kernelImage) === productNames.vmlinux) {
      const strip = [
        `${arch.crossCompile}strip`,
        '-s',
        '-o',
        image,
        join(objects, arch.kernelImage),
      ] as const;
      await spawnTethered(strip, {});
    } else {
      await copyFile(join(objects, arch.kernelImage), image);
    }
    await copyFile(join(objects, 'vmlinux'), join(products, productNames.vmlinux));
    await copyFile(join(objects, '.config'), join(products, productNames.config));
    await copyFile(join(objects, 'System.map'), join(products, productNames.systemMap));
    await copyFile(log, join(products, productNames.log));
    await writeFile(join(products, productNames.warnings), `${JSON.stringify(warnings, null, 2)}\n`);
  });
}

/**
 * Is the bootable file of this release? Every image says so in plain bytes: bzImage in its header (arch/x86/boot/header.S,
 * kernel_version), an ELF file in linux_banner (init/version.c).
 */
export async function isOfRelease(image: string, release: string): Promise<boolean> {
  return (await readFile(image)).includes(`${release} `);
}

/** What `uname -r` will say, as the build wrote it down (Makefile, include/config/kernel.release). */
export async function readRelease(objects: string): Promise<string> {
  return (await readFile(join(objects, 'include/config/kernel.release'), 'utf8')).trim();
}
