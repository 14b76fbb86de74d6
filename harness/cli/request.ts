import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { EACH_PROFILE, type EachRequest } from '../campaign/each/request.ts';
import type { RunRequest } from '../campaign/request.ts';
import { loadKnownIssues } from '../plan/known-issues.ts';
import { loadPlan } from '../plan/load.ts';
import { knownArch, type Narrowing, schedule } from '../plan/schedule.ts';
import type { Plan } from '../plan/schema.ts';

/** The options that choose kernels, shared by `run`, `build` and `boot`. */
export interface KernelOptions {
  readonly arch?: string[];
  readonly kernel?: string[];
  readonly profile?: string[];
  readonly series?: string;
  readonly with?: string[];
  readonly base?: string;
}

export interface EachOptions extends KernelOptions {
  readonly touched?: boolean;
  readonly out?: string;
}

export interface RunOptions extends KernelOptions {
  readonly workload?: string[];
  readonly duration?: number;
  readonly repeat?: number;
  readonly seed?: number;
  readonly jobs?: number;
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Seeds are printed and typed by people: six digits are enough to be different, few enough to copy. */
export const SEED_LIMIT = 1_000_000;

/** Plan, command line and defaults become one request. @throws UsageError for what does not fit together. */
export function requestRun(planArgument: string, options: RunOptions, projectDir: string): RunRequest {
  const { loaded, plan } = overruledPlan(planArgument, options, projectDir);
  const seed = options.seed ?? randomInt(1, SEED_LIMIT);
  const narrowing: Narrowing = {
    ...(options.arch && { arch: options.arch }),
    ...(options.kernel && { kernel: options.kernel }),
    ...(options.profile && { profile: options.profile }),
    ...(options.workload && { workload: options.workload }),
    ...(options.duration !== undefined && { duration: options.duration }),
    ...(options.repeat !== undefined && { repeat: options.repeat }),
  };
  return {
    plan,
    planFile: loaded.file,
    planSha256: loaded.sha256,
    planArgument: absolute(planArgument),
    overrides: overridesOf(options),
    schedule: schedule(plan, narrowing, seed),
    seed,
    extraSeries: options.with ?? [],
    knownIssues: loadKnownIssues(projectDir),
    outDir: resolve(options.out ?? 'out'),
    concurrency: Math.max(1, options.jobs ?? 1),
  };
}

/** The same for `build --each`, which has no schedule: architectures, one profile, and the series patch by patch. */
export function requestEach(planArgument: string, options: EachOptions, projectDir: string): EachRequest {
  const { loaded, plan } = overruledPlan(planArgument, options, projectDir);
  if (options.kernel !== undefined) {
    throw new UsageError(
      '--each builds the series with its symbol off and on: --kernel has no meaning with it',
    );
  }
  const [profile = EACH_PROFILE, another] = options.profile ?? [];
  if (another !== undefined) throw new UsageError(`--each takes one profile, not ${profile} and ${another}`);
  return {
    plan,
    planSha256: loaded.sha256,
    planArgument: absolute(planArgument),
    overrides: overridesOf(options),
    arches: (options.arch ?? plan.arch).map(knownArch),
    profile,
    scope: options.touched ? 'touched' : 'vmlinux',
    extraSeries: options.with ?? [],
    outDir: resolve(options.out ?? 'out'),
  };
}

function overruledPlan(planArgument: string, options: KernelOptions, projectDir: string) {
  const loaded = loadPlan(planArgument, projectDir);
  const plan: Plan = {
    ...loaded.plan,
    ...(options.base !== undefined && { base: options.base }),
    ...(options.series !== undefined && { series: [options.series] }),
  };
  return { loaded, plan };
}

function overridesOf(options: KernelOptions): string[] {
  return [
    ...(options.base === undefined ? [] : ['--base', absolute(options.base)]),
    ...(options.series === undefined ? [] : ['--series', absolute(options.series)]),
    ...(options.with ?? []).flatMap((spec) => ['--with', absolute(spec)]),
  ];
}

/** A path as the reproducing command needs it, which is run from the project's directory. Names and URLs stay. */
function absolute(spec: string): string {
  const [, kind = '', path = ''] = /^(dir:|tarball:|git:)?(.*)$/s.exec(spec) ?? [];
  const [file = ''] = path.split('#');
  return existsSync(file) ? `${kind}${resolve(file)}${path.slice(file.length)}` : spec;
}
