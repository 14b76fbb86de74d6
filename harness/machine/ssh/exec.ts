import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { ExecOptions, ExecResult } from '../types.ts';
import { quoteCommand } from './quote.ts';

/** Seconds from the kill of a command that ran out of time until its end is no longer waited for. */
const killGrace = 30;

export interface SshExecResult extends ExecResult {
  /** It was killed and did not die: nobody answered, or the kernel does not let it go. */
  readonly unanswered: boolean;
}

export const lostResult: SshExecResult = {
  exitCode: null,
  signal: null,
  stdout: '',
  stderr: '',
  timedOut: false,
  lost: true,
  unanswered: false,
};

/**
 * Run a command on the far side. Never rejects for what the machine or the command do: a lost connection is a result.
 * The shell replaces itself by the command, so signals reach the command and its end is reported as it was.
 */
export async function execOverSsh(
  client: Client,
  argv: readonly string[],
  options: ExecOptions,
): Promise<SshExecResult> {
  const command = `exec ${quoteCommand(argv)}`;
  const opened = await openChannel(client, command, options);
  if (opened === undefined) return lostResult;
  const { channel, end } = opened;
  const progress = { timedOut: false, unanswered: false };
  const stop = watch(client, channel, options, progress);
  const [stdout, stderr] = [collect(channel, options.onStdout), text(channel.stderr).catch(() => '')];
  const input = typeof options.input === 'string' ? Buffer.from(options.input) : options.input;
  // A command that reads nothing closes its side: that is its right, and its exit code says the rest.
  channel.on('error', () => undefined);
  if (input === undefined) channel.end();
  else Readable.from(slices(input)).pipe(channel);
  try {
    const { exitCode, signal } = await end;
    const lost =
      exitCode === null && signal === null && !progress.timedOut && options.signal?.aborted !== true;
    return { exitCode, signal, stdout: await stdout, stderr: await stderr, lost, ...progress };
  } finally {
    stop();
  }
}

interface Opened {
  readonly channel: ClientChannel;
  readonly end: Promise<Exit>;
}

async function openChannel(client: Client, command: string, { timeout, signal }: ExecOptions) {
  const { promise, resolve } = Promise.withResolvers<Opened | undefined>();
  const giveUp = () => resolve(undefined);
  // A machine that hangs does not even open the channel.
  const timer = timeout === undefined ? undefined : setTimeout(giveUp, (timeout + killGrace) * 1000);
  signal?.addEventListener('abort', giveUp, { once: true });
  client.once('close', giveUp);
  try {
    // The exit status of a quick command is in the same packet as the answer that it was started: listen at once.
    client.exec(command, (error, channel) =>
      resolve(error === undefined ? { channel, end: exitOf(channel) } : undefined),
    );
  } catch {
    giveUp();
  }
  const opened = await promise;
  clearTimeout(timer);
  signal?.removeEventListener('abort', giveUp);
  client.removeListener('close', giveUp);
  return opened;
}

/**
 * RFC 4254, 6.9. ClientChannel.signal() sends nothing once our side has said EOF, as it has when there is no input, so
 * this goes a level below it.
 */
function sendKill(client: Client, channel: ClientChannel): void {
  const wire = (client as unknown as { _protocol: { signal(id: number, name: string): void } })._protocol;
  wire.signal((channel as unknown as { outgoing: { id: number } }).outgoing.id, 'KILL');
}

function watch(
  client: Client,
  channel: ClientChannel,
  { timeout, signal }: ExecOptions,
  progress: { timedOut: boolean; unanswered: boolean },
): () => void {
  const timers: NodeJS.Timeout[] = [];
  const kill = () => {
    sendKill(client, channel);
    const giveUp = () => {
      progress.unanswered = true;
      channel.destroy();
      channel.emit('close');
    };
    timers.push(setTimeout(giveUp, killGrace * 1000));
  };
  const expire = () => {
    progress.timedOut = true;
    kill();
  };
  if (timeout !== undefined) timers.push(setTimeout(expire, timeout * 1000));
  if (signal?.aborted === true) kill();
  signal?.addEventListener('abort', kill, { once: true });
  return () => {
    timers.forEach(clearTimeout);
    signal?.removeEventListener('abort', kill);
  };
}

interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

function exitOf(channel: ClientChannel): Promise<Exit> {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  let end: Exit = { exitCode: null, signal: null };
  channel.on('exit', (exitCode: number | null, signal?: string) => {
    end = { exitCode, signal: signal?.replace(/^SIG/, '') ?? null };
  });
  channel.on('close', () => resolve(end));
  return promise;
}

async function collect(channel: ClientChannel, onStdout?: (chunk: Uint8Array) => void): Promise<string> {
  if (onStdout === undefined) return text(channel).catch(() => '');
  channel.on('data', onStdout);
  return Promise.resolve('');
}

function* slices(bytes: Uint8Array, size = 64 * 1024) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
