import type { Arch } from '../arch/index.ts';
import { arches, findArch } from '../arch/index.ts';
import { didYouMean } from '../base/did-you-mean.ts';
import { UsageError } from '../base/errors.ts';
import { kernelChoiceSchema, type KernelChoice, type Plan, type PlanJob } from './schema.ts';

/** What the command line narrows or overrules. */
export interface Narrowing {
  /** Instead of the plan's own, so that a plan serves for architectures that it does not name. */
  readonly arch?: readonly string[];
  readonly kernel?: readonly string[];
  readonly profile?: readonly string[];
  readonly workload?: readonly string[];
  readonly duration?: number;
  readonly repeat?: number;
  readonly seed?: number;
}

/** One kernel to build, for one architecture and profile. */
export interface KernelPlan {
  readonly id: string;
  readonly arch: Arch;
  readonly choice: KernelChoice;
  readonly profile: string;
}

/** One boot and one workload in it. */
export interface JobPlan {
  /** Path-safe and unique in the run: `x86_64-series-race-hammer`, with `-2`, `-3`, … for repeats. */
  readonly id: string;
  readonly kernel: KernelPlan;
  readonly name: string;
  readonly seed: number;
  readonly job: PlanJob;
  /** Seconds; undefined leaves the workload's own default. */
  readonly duration: number | undefined;
}

export interface Schedule {
  readonly kernels: readonly KernelPlan[];
  readonly jobs: readonly JobPlan[];
}

/**
 * Plan to jobs: architecture x kernel x profile x workload, in the plan's order, kernel by kernel.
 *
 * @param seed of the run; repeat n of a job has seed + n, so that one repeat alone is `--seed S+n --repeat 1`.
 * @throws UsageError when something named does not exist or nothing is left to do.
 */
export function schedule(plan: Plan, narrowing: Narrowing, seed: number): Schedule {
  refuseUnknown(plan, narrowing);
  const kernels: KernelPlan[] = [];
  const jobs: JobPlan[] = [];
  for (const arch of (narrowing.arch ?? plan.arch).map(knownArch)) {
    for (const choice of kernelChoiceSchema.options) {
      for (const profile of profilesOf(plan)) {
        const kernel = { id: `${arch.id}-${choice}-${profile}`, arch, choice, profile };
        const mine = plan.jobs
          .filter((job) => wanted(plan, job, kernel, narrowing))
          .flatMap((job) => repeats(job, kernel, narrowing, seed));
        if (mine.length === 0) continue;
        kernels.push(kernel);
        jobs.push(...mine);
      }
    }
  }
  if (jobs.length === 0) throw new UsageError(`plan "${plan.name}": nothing is left to run after narrowing`);
  return { kernels, jobs };
}

/** All profiles that a plan names, in the order of their first appearance. */
export function profilesOf(plan: Plan): string[] {
  return [...new Set([...plan.profile, ...plan.jobs.flatMap((job) => job.profile ?? [])])];
}

export const jobName = (job: PlanJob): string => job.name ?? job.workload;

function wanted(plan: Plan, job: PlanJob, kernel: KernelPlan, narrowing: Narrowing): boolean {
  const choices = job.kernel ?? [plan.series.length > 0 ? 'series' : 'base'];
  return (
    choices.includes(kernel.choice) &&
    (job.profile ?? plan.profile).includes(kernel.profile) &&
    among(narrowing.profile === undefined ? plan.only[kernel.arch.id] : undefined, kernel.profile) &&
    among(narrowing.kernel, kernel.choice, kernel.id) &&
    among(narrowing.profile, kernel.profile) &&
    among(narrowing.workload, jobName(job), job.workload)
  );
}

const among = (wish: readonly string[] | undefined, ...names: string[]): boolean =>
  wish === undefined || names.some((name) => wish.includes(name));

function repeats(job: PlanJob, kernel: KernelPlan, narrowing: Narrowing, seed: number): JobPlan[] {
  const count = narrowing.repeat ?? job.repeat;
  return Array.from({ length: count }, (_, n) => ({
    id: `${kernel.id}-${jobName(job)}${n === 0 ? '' : `-${n + 1}`}`,
    kernel,
    name: jobName(job),
    seed: seed + n,
    job,
    duration: narrowing.duration ?? job.duration,
  }));
}

/** @throws UsageError that names the architectures that there are. */
export function knownArch(id: string): Arch {
  const arch = findArch(id);
  if (arch) return arch;
  const known = Object.keys(arches);
  throw new UsageError(`unknown architecture "${id}"${didYouMean(id, known)}: known are ${known.join(', ')}`);
}

function refuseUnknown(plan: Plan, narrowing: Narrowing): void {
  const names = duplicatesIn(plan.jobs.map(jobName));
  if (names.length > 0) {
    throw new UsageError(
      `plan "${plan.name}": two jobs are called "${names[0]}"; give one of them another name:`,
    );
  }
  Object.keys(plan.only).forEach(knownArch);
  refuse('profile', narrowing.profile, profilesOf(plan));
  refuse('workload', narrowing.workload, [
    ...new Set(plan.jobs.flatMap((job) => [jobName(job), job.workload])),
  ]);
  refuse('kernel', narrowing.kernel, kernelChoiceSchema.options);
}

function refuse(what: string, wish: readonly string[] | undefined, known: readonly string[]): void {
  for (const word of wish ?? []) {
    if (known.includes(word)) continue;
    throw new UsageError(
      `no ${what} "${word}" in this plan${didYouMean(word, known)}: it has ${known.join(', ')}`,
    );
  }
}

function duplicatesIn(words: readonly string[]): string[] {
  return words.filter((word, index) => words.indexOf(word) !== index);
}
