import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { spawnTethered } from '../base/command.ts';
import type { Context } from '../base/context.ts';
import { asRigError } from '../base/disk.ts';
import { CancelledError } from '../base/errors.ts';
import { makeCommand, makeEnvironment, type KernelMake } from '../kconfig/make-command.ts';
import { judgeFailure } from './kernel-failure.ts';
import { freeBytes } from './kernel-room.ts';
import { buildProgress, parseStep, type ExpectedSteps } from './kernel-progress.ts';

/**
 * Runs make to its end, its words into `logPath` and its progress to the context.
 *
 * @returns what it said, and how many steps it took.
 * @throws UsageError when the tree does not build; RigError when the disk is full or a tool was killed;
 *   CancelledError.
 */
export async function runMake(
  make: KernelMake,
  logPath: string,
  expected: ExpectedSteps | undefined,
  ctx: Pick<Context, 'signal' | 'notify'>,
): Promise<{ output: string; steps: number }> {
  const child = spawnTethered(
    // --output-sync keeps the words of one compiler together, and counts a step when it is done.
    makeCommand(make, [`-j${availableParallelism()}`, '--output-sync=target', make.arch.kernelTarget]),
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
    throw judgeFailure({ output, signal, exitCode, logPath, buildDir, freeBytes: free, source });
  }
  return { output, steps };
}
