import type { JobPlan } from '../plan/schedule.ts';
import { shellCommand } from '../store/index.ts';
import type { JobRecord } from '../store/record.ts';
import { evaluateJob, type JobOutcome } from '../verdict/index.ts';
import { reproduceArguments, type RunRequest } from './request.ts';

type Known = Omit<JobRecord, 'status' | 'culprit' | 'reason' | 'confidence' | 'checks' | 'counters'>;

/** A job's record before anything is known but its plan. */
export function blankRecord(request: RunRequest, job: JobPlan): Known {
  return {
    id: job.id,
    arch: job.kernel.arch.id,
    kernel: job.kernel.id,
    profile: job.kernel.profile,
    workload: job.job.workload,
    args: [...job.job.args],
    seed: job.seed,
    ...(job.duration !== undefined && { duration: job.duration }),
    ...{ end: null, bootSeconds: null, runSeconds: null, release: null, acceleration: null, taint: null },
    ...{ findings: [], mismatches: [], files: {} },
    reproduce: shellCommand(reproduceArguments(request, job)),
  };
}

export function concludeRecord(
  known: Known,
  { status, culprit, reason, confidence, checks, derived }: JobOutcome,
  counters: Readonly<Record<string, number>>,
): JobRecord {
  return { ...known, status, culprit, reason, confidence, checks, counters: { ...counters, ...derived } };
}

/** A job that was never begun: the rig could not, or the run was cancelled before. */
export function missedJob(request: RunRequest, job: JobPlan, why: string, cancelled: boolean): JobRecord {
  const outcome = evaluateJob({
    kernel: { series: null, absentCounter: null, release: null, dropped: [] },
    ...{ workload: null, release: null, end: null, exec: null, history: null, cases: null, outcomes: null },
    ...{ taint: null, emulationDoubt: null },
    ...{ findings: [], mismatches: [], counters: {}, expectations: {}, excused: [], unseen: [] },
    fault: { culprit: cancelled ? null : 'tool', message: why },
  });
  return concludeRecord(blankRecord(request, job), outcome, {});
}
