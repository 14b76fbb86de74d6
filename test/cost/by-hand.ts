/**
 * What a cold run costs beyond the bare work: `SPF_CACHE=DIR node test/cost/by-hand.ts RUN_DIRECTORY`, after a run that
 * began with DIR empty. Machines are shared and their speed changes by the hour, so each kernel is made twice here, one way
 * after the other: by hand (the run's own configuration, plain make, no ccache) and by the harness, with nothing in the
 * cache but the tree. Guests are taken from the record: they are the same QEMU runs. Their programs are made again, with
 * nothing cached, because QEMU by hand needs them too. Takes twice as long as the run did, and empties DIR of kernels.
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

const [directory = 'out/latest'] = process.argv.slice(2);
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

function byHand(kernel: KernelRecord, ref: string): Promise<number> {
  const { config } = kernel.files;
  if (config === null) throw new Error(`${kernel.id} was not built here`);
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
    await $`node harness/cli/spf.ts build ${record.plan.name} --arch ${arch} --profile ${profile} --json`;
  const kernels = JSON.parse(built.stdout) as { buildSeconds: number }[];
  return sum(kernels.map(({ buildSeconds }) => buildSeconds));
}

const ref = await onlyTree();
const kept = await inScratch(async (room) => {
  const configs = record.kernels.map(({ id, files }) => [files.config ?? '', join(room, id)] as const);
  for (const [from, to] of configs) await $`cp ${from} ${to}`;
  const kernels = record.kernels.map((kernel) => ({
    ...kernel,
    files: { ...kernel.files, config: join(room, kernel.id) },
  }));
  const made = [];
  for (const kernel of kernels) {
    const hand = await byHand(kernel, ref);
    const harness = await byHarness(kernel);
    made.push({ id: kernel.id, hand, harness });
    console.log(
      `${kernel.id.padEnd(28)}${hand.toFixed(0).padStart(6)} s by hand${harness.toFixed(0).padStart(6)} s by the harness`,
    );
  }
  return made;
});
const unpacked = await inScratch((room) => unpack(ref, room));
const guests = await inScratch((cacheDir) =>
  seconds(async () => {
    for (const arch of new Set(record.kernels.map(archOf))) await buildGuest(arch, { ...ctx, cacheDir });
  }),
);
const qemu = sum(record.jobs.map(({ bootSeconds, runSeconds }) => (bootSeconds ?? 0) + (runSeconds ?? 0)));
const hand = sum(kept.map((one) => one.hand));
const harness = sum(kept.map((one) => one.harness));
const beside = record.seconds - sum(record.kernels.map(({ buildSeconds }) => buildSeconds));
const rows: [string, number, number][] = [
  ['kernels', hand, harness],
  ['source, guest programs, QEMU, judgement', unpacked + guests + qemu, beside],
  ['  of it by hand: unpacking', unpacked, 0],
  ['  of it by hand: guest programs', guests, 0],
  ['  of it by hand: QEMU, as in the record', qemu, 0],
  ['all', hand + unpacked + guests + qemu, harness + beside],
];
for (const [what, bare, ours] of rows)
  console.log(
    `${what.padEnd(42)}${bare.toFixed(0).padStart(6)} s${ours === 0 ? '' : `${ours.toFixed(0).padStart(8)} s`}`,
  );
console.log(
  `ratio ${((harness + beside) / (hand + unpacked + guests + qemu)).toFixed(2)}, kernels alone ${(harness / hand).toFixed(2)}`,
);
