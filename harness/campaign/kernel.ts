import type { Context } from '../base/context.ts';
import { UsageError } from '../base/errors.ts';
import { debianKernel } from '../build/debian/kernel.ts';
import type { Guest } from '../build/guest.ts';
import { kernelRecord, type KernelOrigin } from '../build/kernel-record.ts';
import { buildKernel, type KernelRequest } from '../build/kernel.ts';
import type { Image } from '../machine/types.ts';
import type { KernelPlan } from '../plan/schedule.ts';
import { worktreeKey } from '../source/apply/key.ts';
import { patchsetHash } from '../source/series/hash.ts';
import type { KernelRecord } from '../store/record.ts';
import { madeOf, type SeriesFacts, type Source } from './source.ts';

/** A kernel that jobs can boot, and what there is to say of it. */
export interface PreparedKernel {
  readonly plan: KernelPlan;
  readonly image: Image;
  readonly record: KernelRecord;
  /** Null for a kernel in which no series is at work: one without, or with its symbol off. */
  readonly facts: SeriesFacts | null;
  /** Counter of a series whose symbol is off: it must not be there. */
  readonly absentCounter: string | null;
}

/** The base that is no source: Debian's own kernel of this release, as it is. */
export const PREBUILT = 'prebuilt:debian';

/** Build it, or take it from the cache. @param how see KernelRequest. @throws as buildKernel() does. */
export async function prepareBuilt(
  plan: KernelPlan,
  source: Source,
  guest: Guest,
  ctx: Context,
  how: Pick<KernelRequest, 'incremental' | 'counted'> = {},
): Promise<PreparedKernel> {
  const tree = source.worktrees[madeOf(plan.choice)];
  if (tree === undefined) throw new Error(`no tree was prepared for ${plan.id}`);
  const facts = plan.choice === 'series' ? source.facts : null;
  const request: KernelRequest = {
    tree,
    arch: plan.arch,
    profile: plan.profile,
    ...how,
    label: plan.choice === 'base' ? 'base' : labelOf(source.facts?.name ?? '', plan.choice),
    ...symbolsOf(plan, source.facts),
    ...(plan.choice !== 'base' && { baseKey: worktreeKey(source.tree, []) }),
  };
  const built = await buildKernel(request, ctx);
  const image = { kernel: built.image, initramfs: guest.initramfs, release: built.release };
  const absentCounter = plan.choice === 'series-off' ? (source.facts?.counter ?? null) : null;
  return { plan, image, facts, absentCounter, record: kernelRecord(built, originOf(plan, source)) };
}

function symbolsOf({ choice }: KernelPlan, facts: SeriesFacts | null) {
  if (choice === 'base') return {};
  const symbol = facts?.symbol;
  if (symbol !== undefined) return choice === 'series' ? { symbols: [symbol] } : { symbolsOff: [symbol] };
  if (choice === 'series') return {};
  throw new UsageError(
    `${facts?.name ?? 'the plan'} has no symbol that could be off: name it as "symbol" in series.yaml or in the plan`,
  );
}

/** Debian's kernel, downloaded and unpacked. Nothing of it is ours, so nothing is known of its configuration. */
export async function preparePrebuilt(plan: KernelPlan, ctx: Context): Promise<PreparedKernel> {
  if (plan.choice !== 'base') throw new UsageError(`${PREBUILT} cannot carry a series: it is not built here`);
  const { image } = await debianKernel(plan.arch, ctx);
  const release = image.release ?? '';
  const record: KernelRecord = {
    ...{ id: plan.id, arch: plan.arch.id, profile: plan.profile, release, series: null, patches: [] },
    base: { spec: PREBUILT, version: release, servedBy: "this machine's own Debian mirror" },
    ...{ configHash: null, compiler: 'Debian', symbols: { asked: 0, got: 0, dropped: [] } },
    ...{ warnings: null, buildSeconds: 0, cached: true },
    files: { image: image.kernel, vmlinux: null, config: null },
  };
  return { plan, image, facts: null, absentCounter: null, record };
}

/** `uname -r` has 64 characters for everything; a stack of series is named by its first. */
function labelOf(name: string, choice: KernelPlan['choice']): string {
  if (choice === 'series-off') return `${name.slice(0, 20)}-off`;
  return name.length <= 24 ? name : `${name.slice(0, 23)}+`;
}

function originOf(plan: KernelPlan, { tree, series, facts }: Source): KernelOrigin {
  const patches = plan.choice !== 'base' ? series.flatMap((one) => one.patches) : [];
  const hash = () => patchsetHash(patches.map(({ sha256 }) => sha256));
  return {
    id: plan.id,
    base: { spec: tree.spec, version: tree.version, servedBy: tree.servedBy },
    series: patches.length > 0 && facts ? { name: facts.name, hash: hash() } : null,
    ...(plan.choice === 'series' && facts && { rules: [...facts.rules] }),
    patches: patches.map(({ number, title, file, sha256 }) => ({ number, title, file, sha256 })),
  };
}
