import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunRequest } from '../campaign/request.ts';
import { loadKnownIssues } from '../plan/known-issues.ts';
import { loadPlan } from '../plan/load.ts';
import { type Narrowing, schedule } from '../plan/schedule.ts';
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
  const loaded = loadPlan(planArgument, projectDir);
  const plan: Plan = {
    ...loaded.plan,
    ...(options.base !== undefined && { base: options.base }),
    ...(options.series !== undefined && { series: [options.series] }),
  };
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
