import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { RigError } from '../base/errors.ts';
import { configure } from '../kconfig/configure.ts';
import type { Ask } from '../kconfig/fragment.ts';
import type { KernelIdentity } from './kernel-identity.ts';
import { runMake } from './kernel-make.ts';
import { collectNotes, countingFlags } from './kernel-notes.ts';
import { collectProducts, imageName, isOfRelease, readRelease } from './kernel-products.ts';
import { verifyStamp, writeStamp, type KernelStamp } from './kernel-stamp.ts';
import { insistOnRoom } from './kernel-room.ts';
import { expectedSteps, recordSteps } from './kernel-steps.ts';
import type { KernelToolchain } from './kernel-toolchain.ts';
import type { KernelRequest } from './kernel-types.ts';
import { parseWarnings } from './kernel-warnings.ts';
import { closeWorkshop, leaveWorkshop, openWorkshop, reopenWorkshop } from './kernel-workshop.ts';

/** What shares a workshop and a number of steps. */
export const kindOf = ({ arch, profile }: KernelRequest): string => `${arch.kernel}-${profile}`;

/**
 * Builds a kernel that the cache does not have and moves it to its place, whole. The caller holds the workshop's lock.
 *
 * @param directory its place; what lies there did not verify and is thrown away.
 */
export async function buildAfresh(
  request: KernelRequest,
  toolchain: KernelToolchain,
  asks: readonly Ask[],
  identity: KernelIdentity,
  directory: string,
  ctx: Context,
): Promise<KernelStamp> {
  const begin = performance.now();
  const { arch, profile, label, tree, incremental = false, counted = [] } = request;
  const open = incremental ? reopenWorkshop : openWorkshop;
  const workshop = await open(ctx.cacheDir, kindOf(request), tree.directory);
  await insistOnRoom(workshop.objects);
  const make = {
    source: workshop.source,
    buildDir: workshop.objects,
    arch,
    ccacheDir: toolchain.ccache ? join(ctx.cacheDir, 'ccache') : null,
    localversion: identity.localversion,
    ...(counted.length > 0 && { flags: countingFlags }),
  };
  const { configHash, asked, got, dropped } = await configure(make, asks, ctx);

  // Kept apart from the workshop: the next build there must not sweep away the log that a message named.
  const log = join(ctx.cacheDir, 'build', 'logs', `${identity.name}.log`);
  await mkdir(join(log, '..'), { recursive: true });
  const expected = incremental ? undefined : await expectedSteps(ctx.cacheDir, kindOf(request));
  const { output, steps } = await runMake(make, log, expected, ctx);

  if (counted.length > 0) await collectNotes(workshop, counted, ctx);
  await collectProducts(arch, workshop, log, parseWarnings(output, make.source));
  const release = await readRelease(workshop.objects);
  if (!(await isOfRelease(join(workshop.products, imageName(arch)), release))) {
    // make goes by the times of files: with a clock that was set back it takes the image of the kernel before for this one's.
    if (!incremental) throw new RigError(`make left an image of another release than ${release}, see ${log}`);
    return buildAfresh({ ...request, incremental: false }, toolchain, asks, identity, directory, ctx);
  }
  const stamp = {
    key: identity.key,
    treeKey: tree.key,
    arch: arch.kernel,
    profile,
    label,
    image: imageName(arch),
    release,
    compiler: toolchain.compiler,
    configHash,
    symbols: { asked, got, dropped: [...dropped] },
    seconds: (performance.now() - begin) / 1000,
  };
  await writeStamp(workshop.products, stamp);
  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, '..'), { recursive: true });
  await rename(workshop.products, directory);
  if (!incremental) await recordSteps(ctx.cacheDir, kindOf(request), steps);
  await (incremental ? leaveWorkshop : closeWorkshop)(workshop);
  const written = await verifyStamp(directory, identity.key);
  if (written === undefined) throw new RigError(`${directory} changed while it was written`);
  return written;
}
