import type { KnownIssue } from '../verdict/index.ts';
import type { Schedule } from '../plan/schedule.ts';
import type { Plan } from '../plan/schema.ts';

/** A run as it was asked for, with every option filled in. */
export interface RunRequest {
  readonly plan: Plan;
  readonly planFile: string | null;
  readonly planSha256: string;
  /** How the plan was named on the command line, and what overruled it: for the commands that repeat a job. */
  readonly planArgument: string;
  readonly overrides: readonly string[];
  readonly schedule: Schedule;
  readonly seed: number;
  /** Patches on top of the plan's series, as specs. */
  readonly extraSeries: readonly string[];
  readonly knownIssues: readonly KnownIssue[];
  /** Absolute path of the directory that gets a directory per run. */
  readonly outDir: string;
  /** Guests at a time. */
  readonly concurrency: number;
}

/** The command that repeats one job alone; arguments, not a shell string. */
export function reproduceArguments(request: RunRequest, job: Schedule['jobs'][number]): string[] {
  const duration = job.duration === undefined ? [] : ['--duration', String(job.duration)];
  return [
    ...['npx', 'spf', 'run', request.planArgument, ...request.overrides],
    ...['--arch', job.kernel.arch.id, '--kernel', job.kernel.choice, '--profile', job.kernel.profile],
    ...['--workload', job.name, ...duration, '--repeat', '1', '--seed', String(job.seed)],
  ];
}
