import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { spawnTethered } from '../base/command.ts';
import type { Context } from '../base/context.ts';
import { asRigError } from '../base/disk.ts';
import { CancelledError, RigError } from '../base/errors.ts';
import { makeCommand, makeEnvironment, type KernelMake } from '../kconfig/make-command.ts';
import { judgeFailure, type BuildError } from './kernel-failure.ts';
import { freeBytes } from './kernel-room.ts';
import { buildProgress, parseStep, type ExpectedSteps } from './kernel-progress.ts';

/** How make ended when it was neither cancelled nor broken off by the rig. */
export interface MakeRun {
  /** All that it said. */
  readonly output: string;
  /** How many steps it took. */
  readonly steps: number;
  /** Why the tree does not build; undefined when it does. */
  readonly error: BuildError | undefined;
}

/**
 * Runs make to its end, its words into `logPath` and its progress to the context.
 *
 * @throws BuildError (a UsageError) when the tree does not build; RigError when the disk is full or a tool was killed;
 *   CancelledError.
 */
export async function runMake(
  make: KernelMake,
  logPath: string,
  expected: ExpectedSteps | undefined,
  ctx: Pick<Context, 'signal' | 'notify'>,
): Promise<MakeRun> {
  const run = await tryMake(make, [make.arch.kernelTarget], logPath, expected, ctx);
  if (run.error !== undefined) throw run.error;
  return run;
}

/**
 * The same, where a tree that does not build is a result.
 *
 * @param targets and options of make.
 */
export async function tryMake(
  make: KernelMake,
  targets: readonly string[],
  logPath: string,
  expected: ExpectedSteps | undefined,
  ctx: Pick<Context, 'signal' | 'notify'>,
): Promise<MakeRun> {
  const child = spawnTethered(
    // --output-sync keeps the words of one compiler together, and counts a step when it is done.
    intoOnePipe(makeCommand(make, [`-j${availableParallelism()}`, '--output-sync=target', ...targets])),
    {
      env: makeEnvironment(make, process.env),
      extendEnv: false,
      all: true,
      buffer: false,
      reject: false,
      stdin: 'ignore',
      cancelSignal: ctx.signal,
    },
    'TERM',
  );

  const begin = performance.now();
  const lines: string[] = [];
  let steps = 0;
  try {
    const log = await open(logPath, 'w');
    try {
      for await (const line of child.iterable({ from: 'all' })) {
        lines.push(line);
        await log.write(`${line}\n`);
        const step = parseStep(line);
        if (step === undefined) continue;
        steps++;
        const target = step.target.replace(`${make.buildDir}/`, '');
        ctx.notify(buildProgress(steps, target, (performance.now() - begin) / 1000, expected));
      }
    } finally {
      await log.close();
    }
  } catch (error) {
    child.kill();
    await child;
    throw asRigError(error, logPath);
  }

  const { failed, signal, exitCode } = await child;
  const output = lines.join('\n');
  if (ctx.signal.aborted) throw new CancelledError('cancelled while building the kernel');
  if (failed) {
    const { source, buildDir } = make;
    const free = await freeBytes(buildDir);
    const judged = judgeFailure({ output, signal, exitCode, logPath, buildDir, freeBytes: free, source });
    if (judged instanceof RigError) throw judged;
    return { output, steps, error: judged };
  }
  return { output, steps, error: undefined };
}

/** With two pipes, what a compiler says may arrive before or after the command that it belongs to (output.c of GNU make). */
function intoOnePipe(argv: readonly string[]): [string, ...string[]] {
  return ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv];
}
