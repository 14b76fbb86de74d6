import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { CancelledError, describeError } from '../base/errors.ts';
import { symbolizeFindings } from '../build/symbols.ts';
import type { Finding } from '../console/finding.ts';
import { readConsole } from '../console/reader.ts';
import { checkOutcomes } from '../model/directed/check.ts';
import { checkCases } from '../model/eligibility/check.ts';
import type { KernelFacts } from '../model/eligibility/table.ts';
import { eligibilityMismatches } from '../model/eligibility/mismatches.ts';
import type { JobPlan } from '../plan/schedule.ts';
import type { Mismatch } from '../store/record.ts';
import {
  evaluateJob,
  excuse,
  unseenIssues,
  type JobOutcome,
  type KnownIssue,
  type RigFault,
  type Scene,
} from '../verdict/index.ts';
import type { Workload } from '../workload/catalogue.ts';
import { checkHistoryFile } from './check-history.ts';
import type { JudgedHistory } from './judge-history.ts';
import type { Drive } from './drive.ts';
import type { PreparedKernel } from './kernel.ts';

export interface Judged {
  readonly outcome: JobOutcome;
  readonly findings: readonly Finding[];
  readonly mismatches: readonly Mismatch[];
}

export interface Evidence {
  readonly job: JobPlan;
  readonly kernel: PreparedKernel;
  readonly workload: Workload;
  /** Has console.log and, when there is one, history.bin. */
  readonly directory: string;
  readonly seen: Drive;
  readonly knownIssues: readonly KnownIssue[];
}

/** From what lies in the job's directory and what was seen on the machine to what it means. */
export async function judgeDrive(
  { job, kernel, workload, directory, seen, knownIssues }: Evidence,
  ctx: Context,
): Promise<Judged> {
  const { launch, end, fault, release } = seen;
  const findings = await readFindings(
    join(directory, 'console.log'),
    kernel.record.files.vmlinux,
    kernel.plan.arch,
    ctx,
  );
  const historyFile = join(directory, 'history.bin');
  const { history, fault: unchecked } = await readHistory(historyFile, ctx);
  const cases = launch?.cases ? checkCases(launch.cases, factsOf(kernel)) : null;
  const outcomes = launch?.outcomes ? checkOutcomes(launch.outcomes) : null;
  const mismatches = [
    ...(history?.mismatches ?? []),
    ...eligibilityMismatches(cases?.mismatches ?? []),
    ...(outcomes?.mismatches ?? []),
  ];
  const { name, counter } = kernel.facts ?? {};
  const scene: Scene = {
    series: name ?? null,
    arch: kernel.plan.arch.id,
    workload: workload.id,
    programs: (launch?.outcomes ?? [])
      .filter(({ skipped }) => skipped === null)
      .map(({ program }) => program),
    today: new Date().toISOString().slice(0, 10),
  };
  const said = excuse(findings, knownIssues, scene);
  const saw = excuse(mismatches, knownIssues, scene);
  const excused = [...said.excused, ...saw.excused];
  const outcome = evaluateJob({
    kernel: {
      series: name === undefined ? null : { name, counter: counter ?? null },
      absentCounter: kernel.absentCounter,
      release: kernel.record.release,
      dropped: kernel.record.symbols.dropped,
    },
    workload: { id: workload.id, produces: workload.produces },
    ...{ release, end, findings: said.fresh, mismatches: saw.fresh },
    fault: fault ?? unchecked,
    exec: launch?.exec ?? null,
    emulationDoubt: seen.acceleration?.kind === 'tcg' ? (kernel.plan.arch.emulationDoubt ?? null) : null,
    history: history && {
      ...history.observed,
      violations: saw.fresh.filter(({ model }) => model === 'history').length,
    },
    cases: cases === null ? null : { judged: cases.judged, skipped: cases.skipped },
    outcomes: outcomes === null ? null : { judged: outcomes.judged, skipped: outcomes.skipped },
    taint: launch?.taint ?? null,
    counters: launch?.counters ?? {},
    expectations: job.job.expect,
    excused,
    unseen: unseenIssues(knownIssues, scene, excused),
  });
  return { outcome, findings, mismatches };
}

const factsOf = ({ facts, plan }: PreparedKernel): KernelFacts => ({
  hasSpf: facts !== null,
  arch: plan.arch.id,
  rules: facts?.rules ?? [],
});

/** What was checked, or why it could not be: an unreadable file and a failing checker are the rig's, not the run's end. */
async function readHistory(
  file: string,
  { signal }: Context,
): Promise<{ readonly history: JudgedHistory | null; readonly fault: RigFault | null }> {
  if (!existsSync(file)) return { history: null, fault: null };
  try {
    return { history: await checkHistoryFile(file, signal), fault: null };
  } catch (error) {
    const culprit = error instanceof CancelledError ? null : 'harness';
    return { history: null, fault: { culprit, message: describeError(error) } };
  }
}

async function readFindings(
  log: string,
  vmlinux: string | null,
  arch: Arch,
  ctx: Context,
): Promise<readonly Finding[]> {
  if (!existsSync(log)) return [];
  const { findings } = readConsole(await readFile(log));
  const { crossCompile } = arch;
  return findings.length === 0 || vmlinux === null
    ? findings
    : (await symbolizeFindings(findings, vmlinux, ctx, crossCompile)).findings;
}
