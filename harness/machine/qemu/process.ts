import { join } from 'node:path';
import { spawnTethered } from '../../base/command.ts';
import { asRigError } from '../../base/disk.ts';
import { describeError } from '../../base/errors.ts';
import { createConsoleLog, type ConsoleLog } from '../console-log.ts';
import { createEnding, type Ending } from '../ending.ts';
import { files } from './command-line.ts';
import { lastWords } from './last-words.ts';
import { connectQmp, type Qmp, type QmpEvent } from './qmp.ts';

/** A QEMU that runs, its console and its control channel. */
export interface QemuProcess {
  readonly console: ConsoleLog;
  readonly ending: Ending;
  readonly qmp: Promise<Qmp>;
  /** Aborts when the process is gone. */
  readonly over: AbortSignal;
  /** Path of a socket in the machine's directory, short enough for any directory (unix(7): 108 bytes). */
  socketPath(name: string): string;
  /** Send a key as if typed on the serial line. */
  type(text: string): void;
  /** From now on a power-off from inside is what was asked for. */
  expectPowerOff(): void;
  kill(): void;
}

export function startQemu(argv: readonly [string, ...string[]], directory: string): QemuProcess {
  const child = spawnTethered(argv, { cwd: directory, reject: false, buffer: false, stdin: 'pipe' });
  const console = createConsoleLog(join(directory, files.console));
  const ending = createEnding();
  const over = new AbortController();
  let expected = false;
  let stderr = '';

  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)));
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      console.append(chunk);
    } catch (error) {
      ending.because('lost', describeError(asRigError(error, console.path)));
      child.kill('SIGKILL');
    }
  });

  const socketPath = (name: string) => `/proc/${child.pid}/cwd/${name}`;
  const qmp = connectQmp(socketPath(files.qmp), (event) => judge(event, ending, expected), over.signal);
  qmp.catch(() => undefined);

  const closed = Promise.withResolvers<void>();
  child.once('close', () => closed.resolve());
  void Promise.all([child, closed.promise]).then(async ([{ exitCode, signal }]) => {
    over.abort(new Error('QEMU is gone'));
    // Its last events may still be on their way to us.
    await qmp.then(({ closed }) => closed).catch(() => undefined);
    const how = signal === undefined ? `with exit code ${exitCode}` : `by ${signal}`;
    ending.because('lost', `QEMU ended ${how} and not by the guest's doing. ${stderr.trim()}`.trim());
    const words = await lastWords(console);
    console.end();
    ending.gone((end) => (end.reason === 'panic' ? (words ?? end.detail) : end.detail));
  });

  return {
    console,
    ending,
    qmp,
    over: over.signal,
    socketPath,
    type: (text) => void child.stdin.write(text),
    expectPowerOff: () => (expected = true),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** What QEMU's last event says about the guest (ShutdownCause, qapi/run-state.json). */
function judge({ event, data }: QmpEvent, ending: Ending, expected: boolean): void {
  if (event !== 'SHUTDOWN') return;
  const cause = String(data['reason']);
  if (cause === 'guest-reset' || cause === 'guest-panic')
    ending.because('panic', 'the kernel rebooted by itself, without a word');
  else if (cause === 'guest-shutdown' && expected) ending.because('clean', 'powered off as asked');
  else if (cause === 'guest-shutdown') ending.because('lost', 'the guest powered off and nobody had asked');
  else ending.because('lost', `QEMU was told to stop by somebody else (${cause})`);
}
