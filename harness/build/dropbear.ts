import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { cachedDirectory } from './cached.ts';
import { sourcePackage } from './debian/packages.ts';
import { compilerOf, runTool } from './toolchain.ts';

/**
 * Left out: compression, login records and PAM, none of which a guest that lives for minutes has, and hardening, whose
 * thunks are dear under emulation.
 */
const configureOptions = [
  '--enable-static',
  '--enable-bundled-libtom',
  '--disable-harden',
  '--disable-zlib',
  '--disable-pam',
  '--disable-syslog',
  '--disable-lastlog',
  '--disable-utmp',
  '--disable-utmpx',
  '--disable-wtmp',
  '--disable-wtmpx',
  '--disable-loginfunc',
  'CFLAGS=-O2',
];

/**
 * The SSH server of the guest, static, from Debian's source package with the options and patches in guest/dropbear/.
 *
 * @returns absolute path of the stripped program in the cache.
 * @throws RigError when it cannot be fetched or built, UsageError when the compiler is missing.
 */
export async function buildDropbear(arch: Arch, ctx: Context): Promise<string> {
  const compiler = await compilerOf(arch, ctx);
  const ours = join(ctx.projectDir, 'guest/dropbear');
  const names = (await readdir(ours)).sort();
  const key = createHash('sha256')
    .update(JSON.stringify([arch.userland, compiler, configureOptions, names]))
    .update(Buffer.concat(await Promise.all(names.map((name) => readFile(join(ours, name))))))
    .digest('hex')
    .slice(0, 16);
  const directory = await cachedDirectory(ctx, `guest/dropbear-${arch.userland}-${key}`, async (draft) => {
    const source = join(draft, 'source');
    await cp(await sourcePackage(ctx, 'dropbear'), source, { recursive: true, preserveTimestamps: true });
    ctx.notify({ task: 'guest', text: 'building the SSH server' });
    const build = join(draft, 'build');
    await mkdir(build);
    await copyFile(join(ours, 'localoptions.h'), join(build, 'localoptions.h'));
    for (const patch of names.filter((name) => name.endsWith('.patch')))
      await runTool(ctx, ['patch', '-p1', '--batch', '--fuzz=0', '-i', join(ours, patch)], source);
    const host = arch.crossCompile === '' ? [] : [`--host=${arch.crossCompile.replace(/-$/, '')}`];
    await runTool(ctx, [join(source, 'configure'), ...configureOptions, ...host], build);
    await runTool(ctx, ['make', `-j${availableParallelism()}`, 'PROGRAMS=dropbear'], build);
    await runTool(
      ctx,
      [`${arch.crossCompile}strip`, '-o', join(draft, 'dropbear'), join(build, 'dropbear')],
      build,
    );
    await runTool(ctx, ['rm', '-rf', build, source], draft);
  });
  return join(directory, 'dropbear');
}
