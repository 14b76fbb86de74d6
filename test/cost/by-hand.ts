/**
 * What a cold run costs beyond the bare work: `SPF_CACHE=DIR node test/cost/by-hand.ts RUN_DIRECTORY [KERNEL…]`, after a run
 * that began with DIR empty. Machines are shared and their speed changes by the hour, so kernels (all, or those named)
 * are made twice here, one way after the other: by hand (the run's own configuration, plain make, no ccache) and by the
 * harness with nothing in its cache but the tree. The ratio is what counts, applied to the run's own times. Guests are
 * taken from the record: they are the same QEMU runs. Their programs are made again, with nothing cached, because QEMU
 * by hand needs them too. DIR loses its kernels.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { $ } from 'zx';
import { findArch } from '../../harness/arch/index.ts';
import { buildGuest } from '../../harness/build/guest.ts';
import { commandContext } from '../../harness/cli/context.ts';
import { layout } from '../../harness/source/layout.ts';
import { readRunRecord } from '../../harness/store/index.ts';
import type { KernelRecord } from '../../harness/store/record.ts';

const [directory = 'out/latest', ...wanted] = process.argv.slice(2);
if (!process.env['SPF_CACHE'])
  throw new Error('SPF_CACHE must name the cache of the cold run: it loses its kernels');
const ctx = commandContext();
const { repository } = layout(ctx);
const record = await readRunRecord(directory);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
};

/** Does the work in a directory of its own, which is gone afterwards. */
async function inScratch<T>(work: (room: string) => Promise<T>): Promise<T> {
  const room = await mkdtemp(join(tmpdir(), 'spf-by-hand-'));
  try {
    return await work(room);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

const archOf = ({ id, arch: name }: KernelRecord) => {
  const arch = findArch(name);
  if (arch === undefined) throw new Error(`${id} is of an unknown architecture`);
  return arch;
};

const unpack = (ref: string, room: string) =>
  seconds(() => $`git --git-dir ${repository} archive ${ref} | tar -x -C ${room}`);

async function onlyTree(): Promise<string> {
  const format = '--format=%(refname)';
  const [ref, ...others] = (await $`git --git-dir ${repository} for-each-ref ${format} refs/ready`).lines();
  if (ref !== undefined && others.length === 0) return ref;
  throw new Error(
    'the cache does not have exactly one tree: it is not that of a cold run of a plan with one',
  );
}

function byHand(kernel: KernelRecord, config: string, ref: string): Promise<number> {
  const arch = archOf(kernel);
  const target = [`ARCH=${arch.kernelArch}`, `CROSS_COMPILE=${arch.crossCompile}`];
  const goals = [...new Set([arch.kernelTarget, 'vmlinux'])];
  return inScratch(async (room) => {
    await unpack(ref, room);
    await $`mkdir ${join(room, 'o')}`;
    await $`cp ${config} ${join(room, 'o/.config')}`;
    return seconds(async () => {
      await $`make -C ${room} O=o ${target} olddefconfig`;
      await $`make -C ${room} O=o ${target} -j${availableParallelism()} ${goals}`;
    });
  });
}

async function byHarness({ arch, profile }: KernelRecord): Promise<number> {
  for (const part of ['ccache', 'kernels', 'build'])
    await rm(join(ctx.cacheDir, part), { recursive: true, force: true });
  const built =
    await $`${process.execPath} harness/cli/spf.ts build ${record.plan.name} --arch ${arch} --profile ${profile} --json`;
  const kernels = JSON.parse(built.stdout) as { buildSeconds: number }[];
  return sum(kernels.map(({ buildSeconds }) => buildSeconds));
}

const ref = await onlyTree();
const chosen = record.kernels.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
const times = await inScratch(async (room) => {
  // The harness's builds begin with an empty cache, so the configurations must be elsewhere.
  for (const { id, files } of chosen) await $`cp ${files.config ?? ''} ${join(room, id)}`;
  const made = [];
  for (const kernel of chosen) {
    const hand = await byHand(kernel, join(room, kernel.id), ref);
    const harness = await byHarness(kernel);
    made.push({ hand, harness });
    console.log(`${kernel.id}: ${hand.toFixed(0)} s by hand, ${harness.toFixed(0)} s by the harness`);
  }
  return made;
});
const ratio = sum(times.map(({ harness }) => harness)) / sum(times.map(({ hand }) => hand));
const built = sum(record.kernels.map(({ buildSeconds }) => buildSeconds));
const unpacked = await inScratch((room) => unpack(ref, room));
const guests = await inScratch((cacheDir) =>
  seconds(async () => {
    for (const arch of new Set(record.kernels.map(archOf))) await buildGuest(arch, { ...ctx, cacheDir });
  }),
);
const qemu = sum(record.jobs.map(({ bootSeconds, runSeconds }) => (bootSeconds ?? 0) + (runSeconds ?? 0)));
const bare = built / ratio + unpacked + guests + qemu;
const rows: [string, number][] = [
  ['the run, from the empty cache to the verdict', record.seconds],
  ['  of it: kernels', built],
  ['by hand', bare],
  ['  of it: kernels, by the ratio measured now', built / ratio],
  ['  of it: unpacking the patched tree', unpacked],
  ["  of it: the guest's programs", guests],
  ['  of it: QEMU, as in the record', qemu],
];
for (const [what, time] of rows) console.log(`${what.padEnd(48)}${time.toFixed(0).padStart(6)} s`);
console.log(`ratio${(record.seconds / bare).toFixed(2).padStart(49)}   (kernels alone ${ratio.toFixed(2)})`);
