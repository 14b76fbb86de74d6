import { spawnTethered } from '../../base/command.ts';
import type { ConsoleLog } from '../console-log.ts';

/**
 * Append what the kernel says from now on, in the console's form, until `signal`. Where the log may not be read
 * (kernel.dmesg_restrict, a container) nothing comes.
 */
export async function followKernelLog(log: ConsoleLog, signal: AbortSignal): Promise<void> {
  const child = spawnTethered(['dmesg', '--follow-new', '--nopager', '--color=never'], {
    reject: false,
    buffer: false,
    stdin: 'ignore',
    cancelSignal: signal,
    forceKillAfterDelay: 500,
  });
  child.stdout.on('data', (chunk: Buffer) => log.append(chunk));
  child.stderr.resume();
  await child;
}
