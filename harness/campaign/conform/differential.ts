import { CancelledError } from '../../base/errors.ts';
import type { Running } from '../../machine/types.ts';
import { compareProgram, type Disagreement } from '../../model/address-space/compare.ts';
import type { OperationName, Program } from '../../model/address-space/operation.ts';
import { samplePrograms } from '../../workload/conform/generator.ts';
import { readVmstat, vmstatGrowth } from '../../workload/report-lines.ts';
import { runBatch, type BatchResult } from './batch.ts';
import { explain, type Explanation } from './explain.ts';
import { shrinkProgram, type RunPrograms } from './shrink.ts';

export interface ConformOptions {
  readonly seed: number;
  /** Operations to run, at least. */
  readonly operations: number;
  /** Operations of a program, at most. */
  readonly size: number;
  /** Programs of a batch: what one start of the guest program runs. */
  readonly batch: number;
  /** Disagreements that are shrunk; further ones of the same sort are only counted. */
  readonly explain: number;
  /** Operations that the programs do without. */
  readonly without?: readonly OperationName[];
  readonly signal: AbortSignal;
  readonly onProgress?: (report: ConformReport) => void;
}

export interface ConformReport {
  readonly release: string;
  readonly operations: number;
  readonly programs: number;
  /** By sort ("mremap maps"): how many programs. */
  readonly disagreements: ReadonlyMap<string, number>;
  readonly explanations: readonly Explanation[];
  /** The program that ran when the machine went away. */
  readonly killer?: Program;
  /** What the counters of faults in /proc/vmstat grew by; empty when the machine went away. */
  readonly faults: Readonly<Record<string, number>>;
  /** Milliseconds spent in each part. */
  readonly time: { readonly generate: number; readonly run: number; readonly model: number };
}

/** Generate programs, run them on the machine, and compare every step with the model. */
export async function runConform(running: Running, options: ConformOptions): Promise<ConformReport> {
  const { signal, seed, size, batch } = options;
  const run: RunPrograms = (programs) => runBatch(running, programs, { signal });
  const runFull: RunPrograms = (programs) => runBatch(running, programs, { signal, full: true });
  const time = { generate: 0, run: 0, model: 0 };
  const disagreements = new Map<string, number>();
  const explanations: Explanation[] = [];
  let [operations, count] = [0, 0];
  const report = (faults: Readonly<Record<string, number>> = {}): ConformReport => ({
    ...{ release: running.release, operations, programs: count, disagreements, explanations, faults, time },
  });
  const before = await vmstatOf(running);
  for (let round = 0; operations < options.operations; round++) {
    if (signal.aborted) throw new CancelledError('conform was cancelled');
    const programs = timed(time, 'generate', () =>
      samplePrograms(seed + round, batch, size, options.without),
    );
    const begun = performance.now();
    const result = await run(programs);
    time.run += performance.now() - begun;
    const found = timed(time, 'model', () => compareBatch(programs, result));
    count += result.programs.length;
    for (const { steps } of result.programs) operations += steps.length;
    if (result.lost) {
      const killer = programs[result.programs.length];
      return { ...report(), ...(killer && { killer }) };
    }
    for (const { program, disagreement } of found) {
      const sort = sortOf(program, disagreement);
      const before = disagreements.get(sort) ?? 0;
      disagreements.set(sort, before + 1);
      if (before > 0 || explanations.length >= options.explain) continue;
      explanations.push(await explain(await shrinkProgram(program, disagreement, run), runFull));
    }
    options.onProgress?.(report());
  }
  return report(vmstatGrowth(before, await vmstatOf(running)));
}

async function vmstatOf(running: Running): Promise<Record<string, number>> {
  const { stdout } = await running.exec(['cat', '/proc/vmstat'], { timeout: 60 });
  return readVmstat(stdout);
}

function timed<T>(time: Record<string, number>, part: string, work: () => T): T {
  const begun = performance.now();
  const result = work();
  time[part] = (time[part] ?? 0) + performance.now() - begun;
  return result;
}

interface Found {
  readonly program: Program;
  readonly disagreement: Disagreement;
}

function compareBatch(programs: readonly Program[], { start, programs: observed }: BatchResult): Found[] {
  return observed.flatMap(({ steps }, index) => {
    const program = programs[index] as Program;
    const disagreement = compareProgram(program, start, steps);
    return disagreement === undefined ? [] : [{ program, disagreement }];
  });
}

/** Disagreements of one sort have, as a rule, one cause. */
function sortOf(program: Program, { step, what, expected, observed }: Disagreement): string {
  const name = program[step]?.name ?? 'end';
  if (what !== 'result') return `${name} ${what}`;
  const brief = (value: number) => (value < 0 ? String(value) : 'success');
  return `${name} ${brief(expected)} is ${brief(observed)}`;
}
