import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { provideBusybox } from './busybox.ts';
import { cachedDirectory } from './cached.ts';
import { buildDropbear } from './dropbear.ts';
import { baseArchive } from './initramfs.ts';
import { compilerOf, runTool } from './toolchain.ts';

/** What a guest is made of, without its kernel. */
export interface Guest {
  /** Absolute path of the base initramfs (cpio, not compressed, so that every kernel can unpack it). */
  readonly initramfs: string;
  /** Directory on the host with the same static programs that the guest has in /usr/lib/spf. */
  readonly programs: string;
}

/**
 * Compile the guest programs and pack the guest. Kept in the cache by the content of everything that goes into it:
 * a second call only hashes.
 *
 * @throws UsageError when the compiler is missing; RigError when something cannot be fetched or compiled.
 */
export async function buildGuest(arch: Arch, ctx: Context): Promise<Guest> {
  const directory = await cachedDirectory(
    ctx,
    `guest/${arch.userland}-${await keyOf(arch, ctx)}`,
    async (draft) => {
      const [busybox, dropbear] = await Promise.all([
        provideBusybox(arch, ctx),
        buildDropbear(arch, ctx),
        compilePrograms(arch, ctx, draft),
      ]);
      const archive = await baseArchive({
        init: join(draft, 'init'),
        busybox,
        dropbear,
        programs: join(draft, 'programs'),
      });
      await writeFile(join(draft, 'initramfs.cpio'), archive);
    },
  );
  return { initramfs: join(directory, 'initramfs.cpio'), programs: join(directory, 'programs') };
}

async function compilePrograms(arch: Arch, ctx: Context, out: string): Promise<void> {
  ctx.notify({ task: 'guest', text: 'compiling the guest programs' });
  await mkdir(join(out, 'programs'), { recursive: true });
  const guest = join(ctx.projectDir, 'guest');
  await runTool(ctx, ['make', '-C', guest, `O=${out}`, `CROSS_COMPILE=${arch.crossCompile}`], guest);
}

/** Everything of ours that decides the content: compiler, guest/, and the code that packs it. */
async function keyOf(arch: Arch, ctx: Context): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([arch.userland, await compilerOf(arch, ctx)]));
  const found = await Array.fromAsync(
    glob('**/{Makefile,*.c,*.h,*.patch}', { cwd: join(ctx.projectDir, 'guest') }),
  );
  const files = [
    ...found.map((name) => join('guest', name)),
    'harness/build/busybox.ts',
    'harness/build/initramfs.ts',
    'harness/build/cpio.ts',
  ];
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(await readFile(join(ctx.projectDir, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}
