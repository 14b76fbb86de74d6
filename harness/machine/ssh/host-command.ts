import { spawnTethered } from '../../base/command.ts';
import { RigError } from '../../base/errors.ts';
import type { ConsoleLog } from '../console-log.ts';

/** Append a command's output to the console until `signal`. That it ends is no fault: the console just says no more. */
export function followCommand(
  argv: readonly [string, ...string[]],
  log: ConsoleLog,
  signal: AbortSignal,
): void {
  const child = spawnTethered(argv, {
    reject: false,
    buffer: false,
    stdin: 'ignore',
    cancelSignal: signal,
    forceKillAfterDelay: 500,
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!signal.aborted) log.append(chunk);
  });
  child.stderr.resume();
}

/** Seconds that switching a machine off and on may take. */
const powerLimit = 120;

/** @throws RigError when it fails: a machine whose power cannot be switched needs a person. */
export async function runCommand(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
  const options = { stdin: 'ignore', timeout: powerLimit * 1000, cancelSignal: signal } as const;
  await spawnTethered(argv, options).catch((cause: unknown) => {
    throw new RigError('the power command failed; switch the machine off and on by hand', { cause });
  });
}
