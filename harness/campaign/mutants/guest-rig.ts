import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Context } from '../../base/context.ts';
import { digestOf } from '../../base/digest.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { CancelledError, UsageError } from '../../base/errors.ts';
import { buildGuest, type Guest } from '../../build/guest.ts';
import { readWarnings } from '../../build/kernel-comparison.ts';
import { diffWarnings } from '../../build/kernel-warnings.ts';
import { layerOf } from '../../mutation/layer.ts';
import type { JobPlan, KernelPlan } from '../../plan/schedule.ts';
import { applySeries } from '../../source/apply/apply.ts';
import { worktreeKey } from '../../source/apply/key.ts';
import { intakeSeries } from '../../source/series/intake.ts';
import type { Worktree } from '../../source/types.ts';
import { withSwitchedWorktree } from '../../source/worktree.ts';
import type { JobRecord } from '../../store/record.ts';
import { findWorkload } from '../../workload/catalogue.ts';
import { scanHistory } from '../../workload/history/scan.ts';
import { runJob } from '../job.ts';
import { prepareBuilt, type PreparedKernel } from '../kernel.ts';
import type { RunRequest } from '../request.ts';
import { prepareSource, type Source } from '../source.ts';
import { mutantsDirectory } from './rows.ts';
import { type CostedTrial, type Quarry, type Result, type Rig, UnfitMutant } from './types.ts';

/** Seconds that a boot takes about, for trials that nobody has tried. */
const BOOT = 40;

const trialOf = ({ kernel, name }: JobPlan): string => `${kernel.profile}/${name}`;

/**
 * The rig of a real campaign: mutants on top of the plan's series, built where the one before was built so that make
 * compiles what the patch touches, and run as any job is.
 *
 * @param request of the plan without a mutant.
 * @param directory of the campaign, absolute.
 * @throws as prepareSource() does.
 */
export async function guestRig(request: RunRequest, directory: string, ctx: Context): Promise<Rig> {
  const source = await prepareSource(request, ctx);
  const guests = new Map<string, Promise<Guest>>();
  const unmutated = new Map<string, Promise<PreparedKernel>>();
  const mutated = new Map<string, PreparedKernel>();
  const { jobs } = request.schedule;

  const guestFor = (plan: KernelPlan): Promise<Guest> =>
    once(guests, plan.arch.id, () => buildGuest(plan.arch, ctx));
  const control = (plan: KernelPlan): Promise<PreparedKernel> =>
    once(unmutated, plan.id, async () => prepareBuilt(plan, source, await guestFor(plan), ctx));
  const kernelPlan = (arch: string, profile: string): KernelPlan =>
    must(jobs.find(({ kernel }) => kernel.arch.id === arch && kernel.profile === profile)).kernel;

  return {
    keyOf: async ({ mutant, arch }) => {
      const patch = await readFile(patchOf(mutant.id, ctx));
      const tree = worktreeKey(source.tree, source.series);
      return digestOf([tree, request.planSha256, arch, mutant.profile.join(), patch.toString('latin1')]);
    },

    trialsOn: (arch) =>
      jobs
        .filter(({ kernel }) => kernel.arch.id === arch)
        .map((job): CostedTrial => {
          const duration = job.duration ?? findWorkload(job.job.workload).defaultDuration;
          return { id: trialOf(job), profile: job.kernel.profile, guess: BOOT + duration };
        }),

    build: async (quarry, profile, step) => {
      const plan = kernelPlan(quarry.arch, profile);
      // What the kernel without the mutant cannot do says nothing about the mutant.
      const without = await control(plan);
      const kernel = await buildMutant(quarry, plan, source, await guestFor(plan), step);
      mutated.set(`${quarry.mutant.id}/${plan.id}`, kernel);
      const [before, after] = await Promise.all([without, kernel].map(warningsOf));
      const added = diffWarnings(must(before), must(after));
      return {
        seconds: kernel.record.buildSeconds,
        warnings: added.map(({ file, line, text }) => `${file}:${line}: ${text}`),
      };
    },

    run: async (quarry, kernel, trial, seed, step) => {
      const job = must(jobs.find((one) => one.kernel.arch.id === quarry.arch && trialOf(one) === trial.id));
      const key = `${quarry.mutant.id}/${job.kernel.id}`;
      if (kernel === 'mutant')
        return runOne(request, job, must(mutated.get(key)), seed, directory, quarry, step);
      const memory = join(directory, 'unmutated', `${job.id}-${seed}.json`);
      const known = await recall(memory);
      const prepared = await control(job.kernel);
      if (known?.release === prepared.record.release) return known.result;
      const result = await runOne(request, job, prepared, seed, directory, null, step);
      await writeFileAtomic(
        memory,
        `${JSON.stringify({ release: prepared.record.release, result }, null, 2)}\n`,
      );
      return result;
    },

    release: async ({ mutant }) => {
      for (const [key, { record }] of mutated) {
        if (!key.startsWith(`${mutant.id}/`)) continue;
        mutated.delete(key);
        // Whoever had it built before us may want it again.
        if (!record.cached) await rm(dirname(record.files.image), { recursive: true, force: true });
      }
    },
  };
}

/** @throws UnfitMutant when the mutant does not apply or build; RigError, CancelledError. */
async function buildMutant(
  { mutant }: Quarry,
  plan: KernelPlan,
  source: Source,
  guest: Guest,
  ctx: Context,
): Promise<PreparedKernel> {
  const fit = async <T>(outcome: UnfitMutant['outcome'], work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UsageError) throw new UnfitMutant(outcome, error.message, { cause: error });
      throw error;
    }
  };
  const { tree, series } = source;
  const { commit: base } = must(source.worktrees.series);
  const [patch, commit] = await fit('does-not-apply', async () => {
    const taken = await intakeSeries(patchOf(mutant.id, ctx), ctx);
    const onto = {
      ...tree,
      commit: base,
      spec: `${tree.spec} + ${series.map(({ name }) => name).join(' + ')}`,
    };
    return [taken, await applySeries(onto, [taken], ctx)] as const;
  });
  const name = `mutants-${plan.arch.kernel}-${plan.profile}`;
  return withSwitchedWorktree(tree, name, commit, ctx, (directory) => {
    const all = [...series, patch];
    const worktree: Worktree = { directory, commit, key: worktreeKey(tree, all) };
    const facts = source.facts && { ...source.facts, name: `${source.facts.name}+${mutant.id}` };
    const mutated: Source = {
      ...source,
      series: all,
      facts,
      worktrees: { series: worktree, base: undefined },
    };
    return fit('does-not-build', () => prepareBuilt(plan, mutated, guest, ctx, { incremental: true }));
  });
}

async function runOne(
  request: RunRequest,
  job: JobPlan,
  kernel: PreparedKernel,
  seed: number,
  directory: string,
  quarry: Quarry | null,
  ctx: Context,
): Promise<Result> {
  const who = quarry === null ? 'unmutated' : `${quarry.mutant.id}-${quarry.arch}`;
  const run = join(directory, 'runs', who);
  const named: JobPlan = { ...job, id: `${job.id}-${seed}`, seed };
  const place = join(run, 'jobs', named.id);
  // Of a run that was killed with us, or that nobody could judge.
  await rm(place, { recursive: true, force: true });
  await mkdir(run, { recursive: true });
  const overrides = quarry === null ? [] : ['--with', quarry.mutant.id];
  const began = performance.now();
  const record = await runJob({ ...request, overrides }, named, new Map([[job.kernel.id, kernel]]), run, ctx);
  const seconds = (performance.now() - began) / 1000;
  if (ctx.signal.aborted) throw new CancelledError('cancelled during a run');
  const file = join(place, 'job.json');
  await writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
  const layer = layerOf(record);
  const operations = await operationsOf(record, place);
  // Histories are long, and one without anything in it is of no use to anybody.
  if (layer === null) await rm(join(place, 'history.bin'), { force: true });
  const { status, reason } = record;
  return { status, layer, reason, operations, seconds, record: relative(directory, file) };
}

/** What the guest did until the end: as the workload counted, or as far as its history came. */
async function operationsOf({ counters }: JobRecord, place: string): Promise<number | null> {
  const calls = Object.entries(counters).filter(([name]) => name.startsWith('calls.'));
  const accesses = counters['accesses'];
  if (accesses !== undefined) return calls.reduce((sum, [, count]) => sum + count, accesses);
  const history = join(place, 'history.bin');
  if (!existsSync(history)) return null;
  // A history that is no longer readable was judged so already.
  return scanHistory(history).then(
    ({ survey }) => survey.operations,
    () => null,
  );
}

async function recall(file: string): Promise<{ release: string; result: Result } | undefined> {
  if (!existsSync(file)) return undefined;
  return JSON.parse(await readFile(file, 'utf8')) as { release: string; result: Result };
}

const warningsOf = ({ record }: PreparedKernel) => readWarnings(dirname(record.files.image));

const patchOf = (id: string, { projectDir }: Pick<Context, 'projectDir'>): string =>
  join(mutantsDirectory(projectDir), `${id}.patch`);

/** Made once, also for those who ask while it is being made; asked again after it failed. */
function once<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const before = made.get(key);
  if (before !== undefined) return before;
  const making = make();
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the campaign names what was not prepared');
  return value;
}
