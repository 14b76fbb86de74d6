/**
 * What a cold run costs beyond the bare work: `node test/cost/by-hand.ts RUN_DIRECTORY`, after a run that began with an
 * empty SPF_CACHE, of a plan with one tree. Does by hand what the run did: unpacks the tree with the series in it,
 * configures with the run's own configuration, and makes the same targets without ccache; the QEMU runs are taken from
 * the record, since they are the same QEMU runs. Prints both and their ratio.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { $ } from 'zx';
import { findArch } from '../../harness/arch/index.ts';
import { defaultCacheDir } from '../../harness/cli/context.ts';
import { layout } from '../../harness/source/layout.ts';
import { readRunRecord } from '../../harness/store/index.ts';
import type { KernelRecord } from '../../harness/store/record.ts';

const [directory = 'out/latest'] = process.argv.slice(2);
const record = await readRunRecord(directory);
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
};

async function byHand({
  id,
  arch: name,
  release,
  files,
}: KernelRecord): Promise<{ unpack: number; make: number }> {
  if (files.config === null) throw new Error(`${id} was not built here`);
  const arch = findArch(name)!;
  const target = [`ARCH=${arch.kernelArch}`, `CROSS_COMPILE=${arch.crossCompile}`];
  const room = await mkdtemp(join(tmpdir(), 'spf-by-hand-'));
  const { repository } = layout({ cacheDir: defaultCacheDir() });
  const format = '--format=%(refname)';
  const refs = (await $`git --git-dir ${repository} for-each-ref ${format} refs/ready`).lines();
  const [ref, ...others] = refs;
  if (ref === undefined || others.length > 0)
    throw new Error(
      `the cache has ${refs.length} trees, not the one of a cold run: begin with an empty SPF_CACHE`,
    );
  try {
    const unpack = await seconds(() => $`git --git-dir ${repository} archive ${ref} | tar -x -C ${room}`);
    const make = await seconds(async () => {
      await $`mkdir ${join(room, 'o')}`;
      await $`cp ${files.config} ${join(room, 'o/.config')}`;
      await $`make -C ${room} O=o ${target} olddefconfig`;
      await $`make -C ${room} O=o ${target} -j${availableParallelism()} ${arch.kernelTarget} vmlinux`;
    });
    return { unpack, make };
  } finally {
    await rm(room, { recursive: true, force: true });
    process.stderr.write(`${release} made by hand\n`);
  }
}

const made = [];
for (const kernel of record.kernels) made.push(await byHand(kernel));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const guests = sum(record.jobs.map(({ bootSeconds, runSeconds }) => (bootSeconds ?? 0) + (runSeconds ?? 0)));
const bare = (made[0]?.unpack ?? 0) + sum(made.map(({ make }) => make)) + guests;
const rows: [string, number][] = [
  ['the run, from the empty cache to the verdict', record.seconds],
  ['  of it: kernels', sum(record.kernels.map(({ buildSeconds }) => buildSeconds))],
  ['by hand', bare],
  ['  of it: unpacking once', made[0]?.unpack ?? 0],
  ['  of it: make', sum(made.map(({ make }) => make))],
  ['  of it: QEMU, as in the record', guests],
];
for (const [what, time] of rows) console.log(`${what.padEnd(48)}${time.toFixed(0).padStart(6)} s`);
console.log(`ratio${(record.seconds / bare).toFixed(2).padStart(49)}`);
