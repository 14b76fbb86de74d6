import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import pMap from 'p-map';
import type { Context } from '../base/context.ts';
import { CancelledError, describeError, UsageError } from '../base/errors.ts';
import { contextOf, type Observer, type Step } from '../base/steps.ts';
import { writeReports } from '../report/index.ts';
import type { JobRecord, RunRecord } from '../store/record.ts';
import { createRunDirectory, createRunId, updateLatest, writeRunRecord } from '../store/index.ts';
import { evaluateArchitectures, evaluateRun } from '../verdict/index.ts';
import { describeHost, harnessCommit, harnessVersion } from './host.ts';
import { runJob } from './job.ts';
import { missedJob } from './job-record.ts';
import { preparationSteps, prepare, type Prepared } from './prepare.ts';
import type { RunRequest } from './request.ts';

export interface FinishedRun {
  readonly record: RunRecord;
  /** Absolute path of the run's directory. */
  readonly directory: string;
}

/**
 * The main job: prepare, run every job, judge, write. Whatever happens after the request was understood leaves a
 * record, a cancelled run too; only wrong usage (a series that does not apply, a missing symbol) throws.
 */
export async function runPlan(request: RunRequest, ctx: Context, observer: Observer): Promise<FinishedRun> {
  const startedAt = new Date();
  const runId = createRunId(startedAt);
  const directory = await createRunDirectory(request.outDir, runId);
  observer.plan([...preparationSteps(request), ...jobSteps(request)]);

  const preparation = await tryToPrepare(request, directory, ctx, observer);
  const jobs = await runJobs(request, preparation, directory, ctx, observer);
  const kernels = 'fault' in preparation ? [] : [...preparation.values()].map(({ record }) => record);
  const observed = { kernels, jobs, cancelled: ctx.signal.aborted };
  const record: RunRecord = {
    schema: 'spf-harness/run/1',
    runId,
    plan: { name: request.plan.name, file: request.planFile, sha256: request.planSha256 },
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    harness: { version: await harnessVersion(ctx.projectDir), commit: await harnessCommit(ctx.projectDir) },
    host: await describeHost(request.schedule.kernels[0]?.arch.qemu.binary ?? '', jobs),
    kernels,
    jobs,
    verdict: evaluateRun(observed),
    architectures: evaluateArchitectures(observed),
  };
  await writeRunRecord(directory, record);
  await writeReports(directory, record);
  await updateLatest(request.outDir, basename(directory));
  return { record, directory };
}

type Unprepared = { readonly fault: unknown };

/** Wrong usage leaves nothing behind; the directory was made early only so that a bad --out is known before a build. */
async function tryToPrepare(
  request: RunRequest,
  directory: string,
  ctx: Context,
  observer: Observer,
): Promise<Prepared | Unprepared> {
  try {
    return await prepare(request, ctx, observer);
  } catch (fault) {
    if (!(fault instanceof UsageError)) return { fault };
    await rm(directory, { recursive: true, force: true });
    throw fault;
  }
}

async function runJobs(
  request: RunRequest,
  preparation: Prepared | Unprepared,
  directory: string,
  ctx: Context,
  observer: Observer,
): Promise<JobRecord[]> {
  return pMap(
    request.schedule.jobs,
    async (job) => {
      const step = stepOf(job.id);
      if ('fault' in preparation) {
        const why = `what it needs could not be prepared: ${describeError(preparation.fault)}`;
        observer.end(step, { outcome: 'skipped', text: 'not run' });
        return missedJob(request, job, why, preparation.fault instanceof CancelledError);
      }
      if (ctx.signal.aborted) {
        observer.end(step, { outcome: 'skipped', text: 'cancelled' });
        return missedJob(request, job, 'the run was cancelled before it began', true);
      }
      observer.begin(step);
      const record = await runJob(request, job, preparation, directory, contextOf(step, ctx, observer));
      const outcome = record.status === 'PASS' || record.status === 'DONE' ? 'ok' : 'failed';
      observer.end(step, { outcome, text: `${record.status}, ${record.reason}` });
      return record;
    },
    { concurrency: request.concurrency },
  );
}

const stepOf = (jobId: string): string => `job:${jobId}`;

const jobSteps = ({ schedule }: RunRequest): Step[] =>
  schedule.jobs.map(({ id }) => ({ id: stepOf(id), title: id }));
