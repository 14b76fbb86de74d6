import { z } from 'zod';
import { expectationsSchema } from '../verdict/expectations.ts';

/**
 * A plan: what is built, where it runs, what is done to it and what must come out. Another series or another tree is
 * another plan and no code. Strict everywhere: a misspelt key is an error, not a default.
 */

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]*$/, 'lower-case letters, digits, dot, dash and underscore');
const oneOrMany = <T extends z.ZodType>(one: T) =>
  z
    .union([one, z.array(one).min(1)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);

/** Seconds. What is left out keeps its default, scaled for emulation (harness/machine/limits.ts). */
export const limitsSchema = z.strictObject({
  boot: z.number().positive().exactOptional(),
  rcuStall: z.number().positive().exactOptional(),
  softLockup: z.number().positive().exactOptional(),
  hungTask: z.number().positive().exactOptional(),
  silence: z.number().positive().exactOptional(),
});

export const machineSchema = z.strictObject({
  cpus: z.number().int().min(1).max(64).default(2),
  memoryMiB: z.number().int().min(256).default(2048),
});

/** Which of a plan's kernels a job runs on: with the series applied, the same with its symbol off, or the base as it is. */
export const kernelChoiceSchema = z.enum(['series', 'series-off', 'base']);
export type KernelChoice = z.infer<typeof kernelChoiceSchema>;

export const planJobSchema = z.strictObject({
  workload: name,
  /** Tells two jobs with one workload apart; the workload's name when left out. */
  name: name.optional(),
  kernel: oneOrMany(kernelChoiceSchema).optional(),
  profile: oneOrMany(name).optional(),
  /** Seconds of hammering, without boot. */
  duration: z.number().positive().optional(),
  repeat: z.number().int().positive().max(1000).default(1),
  /** Added to the workload's own arguments. */
  args: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
  /** Set in the guest before the workload starts (`vm.speculative_page_fault: 0`). */
  sysctl: z
    .record(z.string().regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/), z.union([z.string(), z.number()]))
    .default({}),
  /** Added to the kernel's command line. */
  append: z.array(z.string()).default([]),
  expect: expectationsSchema.prefault({}),
});

export const planSchema = z.strictObject({
  name,
  title: z.string().optional(),
  /** `debian:5.10`, `tarball:…`, `git:…#ref`, `dir:…` */
  base: z.string().min(1).default('debian:5.10'),
  /** Names under kernel-config/series, paths of a directory, mbox or patch, `git:repo#a..b`, `msgid:…`; applied in order. */
  series: oneOrMany(z.string().min(1)).or(z.array(z.never()).max(0)).default([]),
  /** What series.yaml says, when the series has none or is to be overruled. */
  symbol: z
    .string()
    .regex(/^[A-Z0-9_]+$/)
    .optional(),
  counter: z.string().optional(),
  perfEvent: z.number().int().nonnegative().optional(),
  arch: oneOrMany(z.string()).default(['x86_64']),
  profile: oneOrMany(name).default(['race']),
  /** Profiles of an architecture that is not to have all of them (`ppc64: race`); `--profile` overrules it. */
  only: z.record(z.string(), oneOrMany(name)).default({}),
  machine: machineSchema.prefault({}),
  limits: limitsSchema.default({}),
  jobs: z.array(planJobSchema).min(1),
});

export type Plan = z.output<typeof planSchema>;
export type PlanJob = z.output<typeof planJobSchema>;
