import { createHash } from 'node:crypto';
import { appendFile, cp, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { cachedDirectory } from './cached.ts';
import { binaryPackage, debianArchitecture, sourcePackage } from './debian/packages.ts';
import { compilerOf, runTool } from './toolchain.ts';

/**
 * The guest's busybox, static: Debian's own, or built from Debian's source with Debian's configuration where Debian
 * releases no packages for the architecture.
 *
 * @returns absolute path of the program in the cache.
 * @throws RigError when it cannot be fetched or built, UsageError when the compiler is missing.
 */
export async function provideBusybox(arch: Arch, ctx: Context): Promise<string> {
  if (debianArchitecture(arch.userland) === undefined) return buildBusybox(arch, ctx);
  return join(await binaryPackage(ctx, arch.userland, 'busybox-static'), 'bin/busybox');
}

/** Ours over Debian's: no user of the guest misses what takes longest to compile or a library that is not there. */
const changes = {
  CONFIG_STATIC: 'y',
  CONFIG_FEATURE_UTMP: 'n',
  CONFIG_FEATURE_WTMP: 'n',
  CONFIG_TC: 'n',
  CONFIG_EXTRA_CFLAGS: '"-O1"',
} as const;

async function buildBusybox(arch: Arch, ctx: Context): Promise<string> {
  const compiler = await compilerOf(arch, ctx);
  const key = createHash('sha256')
    .update(JSON.stringify([arch.userland, compiler, changes]))
    .digest('hex')
    .slice(0, 16);
  const directory = await cachedDirectory(ctx, `guest/busybox-${arch.userland}-${key}`, async (draft) => {
    const source = join(draft, 'source');
    await cp(await sourcePackage(ctx, 'busybox'), source, { recursive: true, preserveTimestamps: true });
    ctx.notify({ task: 'guest', text: 'building busybox' });
    await configure(source, ctx);
    const make = ['make', `ARCH=${arch.kernelArch}`, `CROSS_COMPILE=${arch.crossCompile}`] as const;
    await runTool(ctx, [...make, `-j${availableParallelism()}`, 'SKIP_STRIP=y', 'busybox'], source);
    await runTool(
      ctx,
      [`${arch.crossCompile}strip`, '-o', join(draft, 'busybox'), join(source, 'busybox')],
      source,
    );
    await runTool(ctx, ['rm', '-rf', source], draft);
  });
  return join(directory, 'busybox');
}

/** The first value that a configuration file gives to a symbol wins in busybox's kconfig as the last does: one is left. */
async function configure(source: string, ctx: Context): Promise<void> {
  const debian = await readFile(join(source, 'debian/config/pkg/static'), 'utf8');
  const names = Object.keys(changes);
  const kept = debian
    .split('\n')
    .filter((line) => !names.some((name) => line.startsWith(`${name}=`) || line.startsWith(`# ${name} is`)));
  const ours = Object.entries(changes).map(([name, value]) =>
    value === 'n' ? `# ${name} is not set` : `${name}=${value}`,
  );
  const config = join(source, '.config');
  await appendFile(config, [...kept, ...ours, ''].join('\n'));
  // `yes ""` without a shell: every question that is left gets its default.
  await runTool(ctx, ['sh', '-c', 'yes "" | make oldconfig'], source);
}
