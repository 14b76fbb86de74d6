import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { UsageError } from '../base/errors.ts';
import { withLock } from '../base/lock.ts';
import { parseDotConfig } from '../kconfig/dotconfig.ts';
import { collectAsks } from '../kconfig/fragments.ts';
import { compareWithBase, readWarnings } from './kernel-comparison.ts';
import { buildAfresh, kindOf } from './kernel-fresh.ts';
import { identify } from './kernel-identity.ts';
import { productNames, verifyStamp, type KernelStamp } from './kernel-stamp.ts';
import { findKernelToolchain } from './kernel-toolchain.ts';
import type { BuiltKernel, KernelRequest } from './kernel-types.ts';
import { workshopLock } from './kernel-workshop.ts';

export type { BuiltKernel, KernelRequest } from './kernel-types.ts';

/**
 * Configures and builds a kernel, or takes it from the cache when the same tree, configuration and toolchain were
 * built before: then make does not run at all. Two callers at once build it once.
 *
 * @throws UsageError for a missing toolchain, an unknown profile, a must-have symbol that was dropped, a tree that
 *   does not build; RigError for a full disk or a killed compiler; CancelledError.
 */
export async function buildKernel(request: KernelRequest, ctx: Context): Promise<BuiltKernel> {
  refuseBuiltTree(request.tree.directory);
  const toolchain = await findKernelToolchain(request.arch, ctx);
  const asks = await collectAsks(
    {
      arch: request.arch,
      profile: request.profile,
      symbols: request.symbols ?? [],
      symbolsOff: request.symbolsOff ?? [],
      extra: request.extraFragments ?? [],
    },
    ctx,
  );
  const identity = identify(request, asks, toolchain.fingerprint);
  const directory = join(ctx.cacheDir, 'kernels', identity.name);

  const found = await verifyStamp(directory, identity.key);
  if (found !== undefined) return describe(request, directory, found, true);
  return withLock(workshopLock(ctx.cacheDir, kindOf(request)), ctx, async () => {
    const meanwhile = await verifyStamp(directory, identity.key);
    if (meanwhile !== undefined) return describe(request, directory, meanwhile, true);
    const stamp = await buildAfresh(request, toolchain, asks, identity, directory, ctx);
    return describe(request, directory, stamp, false);
  });
}

async function describe(
  { tree, arch, baseKey }: KernelRequest,
  directory: string,
  stamp: KernelStamp,
  cached: boolean,
): Promise<BuiltKernel> {
  const warnings = await readWarnings(directory);
  const compared = await compareWithBase(
    join(directory, '..'),
    baseKey,
    { ...stamp, treeKey: tree.key },
    warnings,
  );
  const { key, release, profile, compiler, configHash, symbols, seconds } = stamp;
  return {
    ...{
      key,
      directory,
      release,
      arch: arch.id,
      profile,
      compiler,
      configHash,
      symbols,
      seconds,
      cached,
      warnings,
    },
    ...compared,
    settings: parseDotConfig(await readFile(join(directory, productNames.config), 'utf8')),
    image: join(directory, stamp.image),
    vmlinux: join(directory, productNames.vmlinux),
    config: join(directory, productNames.config),
    systemMap: join(directory, productNames.systemMap),
    log: join(directory, productNames.log),
  };
}

/** make would refuse it late and in other words (Makefile, outputmakefile). */
function refuseBuiltTree(tree: string): void {
  if (!existsSync(join(tree, 'Kconfig')))
    throw new UsageError(`${tree} is no kernel tree: it has no Kconfig`);
  if (existsSync(join(tree, '.config')) || existsSync(join(tree, 'include/config'))) {
    throw new UsageError(`${tree} was built in place; run "make mrproper" in it, or give a clean tree`);
  }
}
