import { spawnTethered } from '../../base/command.ts';
import { UsageError } from '../../base/errors.ts';
import type { ExecOptions, ExecResult } from '../types.ts';

/**
 * Run a command on this host as Running.exec does on a guest. It leads a process group of its own, so that its children
 * go when it is killed.
 *
 * @param over aborts when the machine is stopped; the command is killed and counts as lost.
 */
export async function execHere(
  [program, ...args]: readonly string[],
  { timeout, signal, input, onStdout }: ExecOptions,
  over: AbortSignal,
): Promise<ExecResult> {
  if (program === undefined) throw new UsageError('a command needs at least a program');
  const child = spawnTethered([program, ...args], {
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(onStdout === undefined ? {} : { buffer: { stdout: false } }),
    detached: true,
    reject: false,
    stripFinalNewline: false,
  });
  let timedOut = false;
  const kill = () => void (child.pid !== undefined && killGroup(child.pid));
  const timer = setTimeout(
    () => {
      timedOut = true;
      kill();
    },
    timeout === undefined ? 2 ** 31 - 1 : timeout * 1000,
  );
  const stops = [over, ...(signal === undefined ? [] : [signal])];
  for (const stop of stops) {
    stop.addEventListener('abort', kill, { once: true });
    if (stop.aborted) kill();
  }
  if (onStdout !== undefined) child.stdout?.on('data', onStdout);
  const { exitCode, signal: killedBy, stdout, stderr } = await child;
  clearTimeout(timer);
  for (const stop of stops) stop.removeEventListener('abort', kill);
  return {
    exitCode: exitCode ?? null,
    signal: killedBy?.replace(/^SIG/, '') ?? null,
    stdout: stdout ?? '',
    stderr: stderr ?? '',
    timedOut,
    lost: over.aborted,
  };
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It ended by itself at this moment.
  }
}
