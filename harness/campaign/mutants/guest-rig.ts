import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Context } from '../../base/context.ts';
import { digestOf } from '../../base/digest.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { buildGuest, type Guest } from '../../build/guest.ts';
import { readWarnings } from '../../build/kernel-comparison.ts';
import { diffWarnings } from '../../build/kernel-warnings.ts';
import { loadPlaces } from '../../plan/points-file.ts';
import type { JobPlan, KernelPlan } from '../../plan/schedule.ts';
import { worktreeKey } from '../../source/apply/key.ts';
import { findWorkload } from '../../workload/catalogue.ts';
import type { KernelLookup } from '../direct/lookup.ts';
import { lookUpPlaces } from '../explore/explore.ts';
import { prepareBuilt, type PreparedKernel } from '../kernel.ts';
import type { RunRequest } from '../request.ts';
import { prepareSource } from '../source.ts';
import { explorationOn, explorationTrial, isExploration } from './exploration.ts';
import { jobTrial } from './job-trial.ts';
import { patchOf, withMutantKernel } from './mutant-kernel.ts';
import type { CostedTrial, Result, Rig } from './types.ts';

/** Seconds that a boot takes about, for trials that nobody has tried. */
const BOOT = 40;

const trialOf = ({ kernel, name }: JobPlan): string => `${kernel.profile}/${name}`;

/** A kernel to boot, and where the places of an exploration are in it, for one that is explored. */
interface Subject {
  readonly kernel: PreparedKernel;
  readonly lookup: KernelLookup | undefined;
}

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
  const places = loadPlaces(ctx.projectDir);
  const guests = new Map<string, Promise<Guest>>();
  const unmutated = new Map<string, Promise<PreparedKernel>>();
  const lookups = new Map<string, Promise<KernelLookup>>();
  const mutated = new Map<string, Subject>();
  const { jobs, kernels } = request.schedule;

  const guestFor = (plan: KernelPlan): Promise<Guest> =>
    once(guests, plan.arch.id, () => buildGuest(plan.arch, ctx));
  const control = (plan: KernelPlan): Promise<PreparedKernel> =>
    once(unmutated, plan.id, async () => prepareBuilt(plan, source, await guestFor(plan), ctx));
  const controlLookup = (plan: KernelPlan): Promise<KernelLookup> =>
    once(lookups, plan.id, async () =>
      lookUpPlaces(places, await control(plan), must(source.worktrees.series).directory, ctx),
    );
  const kernelPlan = (arch: string, profile: string): KernelPlan =>
    must(kernels.find((kernel) => kernel.arch.id === arch && kernel.profile === profile));

  return {
    keyOf: async ({ mutant, arch }) => {
      const patch = await readFile(patchOf(mutant.id, ctx));
      const tree = worktreeKey(source.tree, source.series);
      const explored = mutant.race ? [JSON.stringify(places)] : [];
      return digestOf([
        ...[tree, request.planSha256, arch, mutant.profile.join(), patch.toString('latin1')],
        ...explored,
      ]);
    },

    trialsOn: ({ mutant, arch }) => {
      const asJob = (job: JobPlan): CostedTrial => {
        const duration = job.duration ?? findWorkload(job.job.workload).defaultDuration;
        return { id: trialOf(job), profile: job.kernel.profile, guess: BOOT + duration };
      };
      const here = kernels.filter((kernel) => kernel.arch.id === arch);
      return [
        ...jobs.filter(({ kernel }) => kernel.arch.id === arch).map(asJob),
        ...(mutant.race ? here.map(({ profile }) => explorationOn(profile)) : []),
      ];
    },

    build: async ({ mutant, arch }, profile, step) => {
      const plan = kernelPlan(arch, profile);
      // What the kernel without the mutant cannot do says nothing about the mutant.
      const without = await control(plan);
      const look = async (kernel: PreparedKernel, tree: string): Promise<Subject> => ({
        kernel,
        lookup: mutant.race ? await lookUpPlaces(places, kernel, tree, step) : undefined,
      });
      const subject = await withMutantKernel(mutant, plan, source, await guestFor(plan), look, step);
      mutated.set(`${mutant.id}/${plan.id}`, subject);
      const [before, after] = await Promise.all([without, subject.kernel].map(warningsOf));
      const added = diffWarnings(must(before), must(after));
      return {
        seconds: subject.kernel.record.buildSeconds,
        warnings: added.map(({ file, line, text }) => `${file}:${line}: ${text}`),
      };
    },

    run: async ({ mutant, arch }, which, trial, seed, step) => {
      const plan = kernelPlan(arch, trial.profile);
      const runOne = async ({ kernel, lookup }: Subject): Promise<Result> => {
        const run = join(directory, 'runs', which === 'mutant' ? `${mutant.id}-${arch}` : 'unmutated');
        const overrides = which === 'mutant' ? ['--with', mutant.id] : [];
        const began = performance.now();
        const job = () => must(jobs.find((one) => one.kernel.id === plan.id && trialOf(one) === trial.id));
        const outcome = await (isExploration(trial)
          ? explorationTrial(places, { kernel, lookup: must(lookup) }, seed, run, step)
          : jobTrial({ ...request, overrides }, job(), kernel, seed, run, step));
        const seconds = (performance.now() - began) / 1000;
        return { ...outcome, seconds, record: relative(directory, outcome.record) };
      };
      if (which === 'mutant') return runOne(must(mutated.get(`${mutant.id}/${plan.id}`)));
      const kernel = await control(plan);
      const lookup = isExploration(trial) ? await controlLookup(plan) : undefined;
      const memory = join(directory, 'unmutated', `${arch}-${trial.id.replace('/', '-')}-${seed}.json`);
      return remembered(memory, kernel.record.release, () => runOne({ kernel, lookup }));
    },

    release: async ({ mutant }) => {
      for (const [key, { kernel }] of mutated) {
        if (!key.startsWith(`${mutant.id}/`)) continue;
        mutated.delete(key);
        const { cached, files } = kernel.record;
        // Whoever had it built before us may want it again.
        if (!cached) await rm(dirname(files.image), { recursive: true, force: true });
      }
    },
  };
}

/** What a kernel came to before, as long as it is the same one. */
async function remembered(file: string, release: string, run: () => Promise<Result>): Promise<Result> {
  if (existsSync(file)) {
    const known = JSON.parse(await readFile(file, 'utf8')) as { release: string; result: Result };
    if (known.release === release) return known.result;
  }
  const result = await run();
  await writeFileAtomic(file, `${JSON.stringify({ release, result }, null, 2)}\n`);
  return result;
}

const warningsOf = ({ record }: PreparedKernel) => readWarnings(dirname(record.files.image));

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
