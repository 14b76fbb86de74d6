import { copyFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Context } from '../base/context.ts';
import { writeFileAtomic } from '../base/disk.ts';
import { qemuMachine } from '../machine/qemu/machine.ts';
import type { Running } from '../machine/types.ts';
import type { JobPlan } from '../plan/schedule.ts';
import { createJobDirectory, writeReproScript } from '../store/index.ts';
import type { JobRecord } from '../store/record.ts';
import { findWorkload } from '../workload/catalogue.ts';
import { drive, type Drive } from './drive.ts';
import { blankRecord, concludeRecord } from './job-record.ts';
import { judgeDrive, type Judged } from './judge.ts';
import type { Prepared } from './prepare.ts';
import { reproduceArguments, type RunRequest } from './request.ts';

/** What the files of a job are called; the machine and the launcher write some of them themselves. */
const FILES = {
  console: 'console.log',
  findings: 'findings.json',
  history: 'history.bin',
  config: 'kernel.config',
  command: 'qemu.cmd',
  repro: 'repro.sh',
  cases: 'cases.jsonl',
} as const;

/** Brings home what a running machine has, into the directory of the job. */
export type Harvest = (running: Running, directory: string) => Promise<void>;

/** One boot, one workload, one judgement. Never throws for what the kernel or the rig does: that is the record's. */
export async function runJob(
  request: RunRequest,
  job: JobPlan,
  prepared: Prepared,
  runDirectory: string,
  ctx: Context,
  harvest?: Harvest,
): Promise<JobRecord> {
  const directory = await createJobDirectory(runDirectory, job.id);
  const kernel = must(prepared.get(job.kernel.id));
  const workload = findWorkload(job.job.workload);
  const { config } = kernel.record.files;
  if (config !== null) await copyFile(config, join(directory, FILES.config));

  const perfEvent = kernel.facts?.perfEvent;
  const seen = await drive(
    qemuMachine(ctx),
    {
      image: kernel.image,
      boot: {
        arch: job.kernel.arch,
        ...request.plan.machine,
        append: job.job.append,
        limits: request.plan.limits,
        directory,
        signal: ctx.signal,
      },
      sysctl: job.job.sysctl,
      workload,
      launch: {
        seed: job.seed,
        directory,
        args: job.job.args,
        watchMemory: true,
        signal: ctx.signal,
        ...(job.duration !== undefined && { duration: job.duration }),
        ...(perfEvent !== undefined && { spfEvent: perfEvent }),
      },
      ...(harvest && { harvest: (running) => harvest(running, directory) }),
    },
    ctx,
  );
  ctx.notify({ task: job.id, text: 'judging' });
  const judged = await judgeDrive(
    { job, kernel, workload, directory, seen, knownIssues: request.knownIssues },
    ctx,
  );
  return record(request, job, directory, runDirectory, seen, judged);
}

async function record(
  request: RunRequest,
  job: JobPlan,
  directory: string,
  runDirectory: string,
  seen: Drive,
  { outcome, findings, mismatches }: Judged,
): Promise<JobRecord> {
  await writeFileAtomic(join(directory, FILES.findings), `${JSON.stringify(findings, null, 2)}\n`);
  const known = blankRecord(request, job);
  await writeReproScript(directory, { id: job.id, ...outcome }, reproduceArguments(request, job));
  const files = await filesIn(directory, runDirectory);
  const { launch, end, bootSeconds, runSeconds, release, acceleration } = seen;
  return concludeRecord(
    {
      ...known,
      ...{ end, bootSeconds, runSeconds, release, acceleration, taint: launch?.taint ?? null },
      findings: [...findings],
      mismatches: [...mismatches],
      files,
    },
    outcome,
    launch?.counters ?? {},
  );
}

/** Those of FILES that are there, by name, relative to the run's directory; keys and images are nobody's result. */
async function filesIn(directory: string, runDirectory: string): Promise<Record<string, string>> {
  const wanted: readonly string[] = Object.values(FILES);
  const names = (await readdir(directory)).filter((name) => wanted.includes(name)).sort();
  return Object.fromEntries(names.map((name) => [name, relative(runDirectory, join(directory, name))]));
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the schedule names what was not prepared');
  return value;
}
