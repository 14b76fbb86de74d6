import { kernelFails, pass, rigError, skip, type Judgement } from '../judgement.ts';
import type { ObservedExec } from '../observation.ts';
import { booted, interruption, wasInterrupted, type Rule } from './rule.ts';

/**
 * Signals with which the kernel kills a program for what it touched. The workloads survive the faults that they provoke
 * on purpose, so one that dies of these saw a fault that it must not see (or has a bug: likely, not certain).
 */
const faultSignals = ['SEGV', 'BUS', 'ILL'];

/** Exit codes by which `sh -c` reports a signal: 128 + its number (signal(7), x86 and powerpc alike). */
const signalsByExitCode: Readonly<Record<number, string>> = {
  132: 'ILL',
  134: 'ABRT',
  135: 'BUS',
  137: 'KILL',
  139: 'SEGV',
  143: 'TERM',
};

/** Exit code of our workloads when they could not set up. */
const CANNOT_SET_UP = 3;

export const workloadCompleted: Rule = {
  name: 'workload.completed',
  judge(job) {
    if (!booted(job) || job.workload === null) return null;
    if (job.exec === null || job.exec.lost) {
      if (wasInterrupted(job)) return skip(interruption(job));
      return rigError('tool', `${job.workload.id} was not seen to end, yet the machine was well`);
    }
    return completion(job.workload.id, job.exec, wasInterrupted(job));
  },
};

function completion(workload: string, exec: ObservedExec, interrupted: boolean): Judgement {
  if (exec.timedOut) {
    if (interrupted) return skip(`${workload} ran out of time as the machine ended`);
    return rigError(
      'harness',
      `${workload} did not end in time while the machine answered: a slow rig, or a thread that faults forever`,
    );
  }
  const signal = exec.signal ?? (exec.exitCode === null ? null : (signalsByExitCode[exec.exitCode] ?? null));
  if (signal !== null && faultSignals.includes(signal)) {
    return kernelFails(`${workload} was killed by SIG${signal}, a fault that it does not provoke`, 'likely');
  }
  if (interrupted) return skip(`${workload} was ended along with the machine`);
  if (signal !== null) return rigError('harness', `${workload} was ended by SIG${signal}`);
  if (exec.exitCode === 0) return pass(`${workload} ended by itself`);
  if (exec.exitCode === CANNOT_SET_UP) return rigError('harness', `${workload} could not set itself up`);
  return rigError('harness', `${workload} ended with exit code ${exec.exitCode}`);
}
