import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, RigError } from '../base/errors.ts';
import type { ExecResult, Running } from '../machine/types.ts';
import type { DirectedOutcome } from '../model/directed/outcome.ts';
import type { CountedCase } from '../model/eligibility/facts.ts';
import type { Workload } from './catalogue.ts';
import { HistoryFile } from './history-file.ts';
import { type Kept, keptGrowth, readKept } from './kept.ts';
import {
  type ReadLines,
  readCases,
  readCounters,
  readOutcomes,
  readVmstat,
  vmstatGrowth,
} from './report-lines.ts';

export interface LaunchOptions {
  readonly seed: number;
  /** Seconds; the workload's own default when left out. */
  readonly duration?: number;
  /** Where `history.bin`, `cases.jsonl` and `attempted.json` go; exists. */
  readonly directory: string;
  /** See WorkloadOptions.spfEvent. */
  readonly spfEvent?: number;
  readonly args?: readonly string[];
  /** See whether the kernel keeps more afterwards than before; only where nobody else uses the machine. */
  readonly watchMemory?: boolean;
  /** Told of what the workload writes to standard output, in bytes, when it does. */
  readonly onOutput?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** What a workload did, as far as it came; a machine that went away under it is seen in `exec.lost`. */
export interface Launch {
  readonly argv: readonly string[];
  readonly exec: ExecResult;
  /** Absolute; undefined when not one byte came. */
  readonly historyFile?: string;
  /** What the workload counted (`calls.map`) and what /proc/vmstat grew by (`vmstat.pgfault`). */
  readonly counters: Record<string, number>;
  /** Of a workload that produces cases. */
  readonly cases?: readonly CountedCase[];
  /** Of a workload that produces outcomes. */
  readonly outcomes?: readonly DirectedOutcome[];
  /** /proc/sys/kernel/tainted; `after` is null when nobody could be asked any more. */
  readonly taint: { readonly before: number; readonly after: number | null };
  /** What the workload said on standard error besides its counters. */
  readonly said: string;
  readonly doubts: readonly string[];
}

/** Seconds beyond the workload's own duration, for starting, draining and ending in a slow guest. */
const GRACE = 180;
/** Seconds for a small command. */
const SMALL = 60;

/**
 * Run a workload on a running machine and bring everything home that it produces, while it produces it.
 * @throws RigError when the machine cannot be asked before the workload starts, or the results cannot be written here;
 * CancelledError when the signal was raised.
 */
export async function launchWorkload(
  running: Running,
  workload: Workload,
  options: LaunchOptions,
): Promise<Launch> {
  const { directory, signal, duration = workload.defaultDuration } = options;
  const argv = [join(running.programs, workload.id), ...workload.argv({ ...options, duration })];
  const before = {
    taint: await running.taint(),
    vmstat: await vmstatOf(running),
    kept: options.watchMemory === true ? await readKept(running) : {},
  };
  // On a real machine this outlives the reboot and tells which workload crashed it.
  await writeFile(join(directory, 'attempted.json'), attempt(running, workload, argv), { flush: true });

  const history =
    workload.produces === 'history' ? new HistoryFile(join(directory, 'history.bin')) : undefined;
  const full = new AbortController();
  const output: Uint8Array[] = [];
  const exec = await running.exec(argv, {
    timeout: duration + GRACE,
    signal: AbortSignal.any([signal, full.signal]),
    onStdout: (chunk) => {
      options.onOutput?.(chunk.length);
      if (history === undefined) output.push(chunk);
      else if (!history.write(chunk)) full.abort();
    },
  });
  const stdout = Buffer.concat(output).toString('utf8');
  history?.close();
  if (signal.aborted) throw new CancelledError(`${workload.id} was cancelled`);

  const after = exec.lost ? undefined : await lastLook(running, before.kept);
  const { counters, said } = readCounters(exec.stderr);
  const { lines: cases, doubts: oddCases } = readWhen(workload.produces === 'cases', readCases, stdout);
  const { lines: outcomes, doubts: oddOutcomes } = readWhen(
    workload.produces === 'outcomes',
    readOutcomes,
    stdout,
  );
  if (cases || outcomes) await writeFile(join(directory, 'cases.jsonl'), stdout);
  return {
    argv,
    exec,
    ...(history && history.size > 0 && { historyFile: history.file }),
    // The workload's own look at vmstat is closer to the run than ours, which sees our commands too.
    counters: { ...vmstatGrowth(before.vmstat, after?.vmstat ?? {}), ...counters, ...after?.kept },
    ...(cases && { cases }),
    ...(outcomes && { outcomes }),
    taint: { before: before.taint, after: after?.taint ?? null },
    said,
    doubts: [...oddCases, ...oddOutcomes],
  };
}

function readWhen<T>(
  wanted: boolean,
  read: (stdout: string) => ReadLines<T>,
  stdout: string,
): Partial<ReadLines<T>> & Pick<ReadLines<T>, 'doubts'> {
  return wanted ? read(stdout) : { doubts: [] };
}

function attempt(running: Running, workload: Workload, argv: readonly string[]): string {
  const record = { workload: workload.id, argv, release: running.release, at: new Date().toISOString() };
  return `${JSON.stringify(record, null, 2)}\n`;
}

async function vmstatOf(running: Running): Promise<Record<string, number>> {
  const { exitCode, stdout, stderr, lost } = await running.exec(['cat', '/proc/vmstat'], { timeout: SMALL });
  if (exitCode !== 0)
    throw new RigError(`cannot read /proc/vmstat on the machine: ${lost ? 'it went away' : stderr}`);
  return readVmstat(stdout);
}

interface LastLook {
  readonly taint: number;
  readonly vmstat: Record<string, number>;
  readonly kept: Record<string, number>;
}

/** A machine that dies now has told what it could: undefined, and its end tells the rest. */
async function lastLook(running: Running, before: Kept): Promise<LastLook | undefined> {
  try {
    return {
      taint: await running.taint(),
      vmstat: await vmstatOf(running),
      kept: await keptGrowth(running, before),
    };
  } catch {
    return undefined;
  }
}
