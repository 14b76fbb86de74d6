import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2, { type Client } from 'ssh2';
import { describeError, RigError } from '../../base/errors.ts';

/** Where to log in and as whom. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** OpenSSH private key, its text. */
  readonly privateKey: string;
  /** The key that the machine must show, as SSH sends it; undefined takes any. */
  readonly hostKey?: Uint8Array;
}

export interface Connection {
  readonly client: Client;
  /** Bytes received so far: a sign of life that only the machine's userspace can give. */
  readonly received: () => number;
  readonly closed: Promise<void>;
}

/**
 * Seconds. A machine that does not greet within `greeting` has no server yet, or is slow: the next try waits longer.
 * Emulated cryptography may take `handshake`.
 */
const patience = { retry: 0.2, greeting: 0.5, longer: 1.3, longest: 10, handshake: 60, keepalive: 5 };

/**
 * Try until a server lets us in.
 *
 * @param signal gives up.
 * @throws RigError when the server is there and refuses us (wrong key, wrong user); the signal's reason when it fires.
 */
export async function connectSsh(target: SshTarget, signal: AbortSignal): Promise<Connection> {
  for (
    let greeting = patience.greeting;
    ;
    greeting = Math.min(greeting * patience.longer, patience.longest)
  ) {
    signal.throwIfAborted();
    const socket = await greetedSocket(target, greeting, signal);
    if (socket !== undefined) {
      const attempt = await logIn(target, socket, signal);
      if (attempt !== undefined) return attempt;
    }
    await sleep(patience.retry * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/**
 * QEMU's user network accepts a connection before the guest has a server, and retries behind our back ever more slowly;
 * so a connection counts only once the server's greeting is there, and is made anew when it does not come.
 */
async function greetedSocket(
  { host, port }: SshTarget,
  greeting: number,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  const socket = connectTcp({ host, port, signal });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const greeted = () => resolve(socket.readableLength > 0);
  const failed = () => resolve(false);
  const timer = setTimeout(failed, greeting * 1000);
  socket.once('readable', greeted).once('close', failed).once('error', failed);
  const isServer = await promise;
  clearTimeout(timer);
  socket.off('readable', greeted).off('close', failed).off('error', failed);
  if (isServer) return socket;
  socket.on('error', () => undefined).destroy();
  return undefined;
}

async function logIn(
  target: SshTarget,
  socket: Socket,
  signal: AbortSignal,
): Promise<Connection | undefined> {
  const client = new ssh2.Client();
  // Each command that is being started listens for the end of the connection.
  client.setMaxListeners(0);
  const ready = Promise.withResolvers<boolean>();
  const closed = Promise.withResolvers<void>();
  const abort = () => client.destroy();
  signal.addEventListener('abort', abort, { once: true });
  client.on('ready', () => ready.resolve(true));
  client.on('error', (cause: Error & { level?: string }) => {
    const refused = cause.level === 'client-authentication' || cause.message.includes('Host denied');
    if (refused)
      ready.reject(new RigError(`${target.host}:${target.port} refuses us: ${describeError(cause)}`));
    else ready.resolve(false);
  });
  client.on('close', () => {
    ready.resolve(false);
    closed.resolve();
  });
  client.connect({
    sock: socket,
    username: target.user,
    privateKey: target.privateKey,
    readyTimeout: patience.handshake * 1000,
    // Answers prove that userspace runs; when they stay away is for the silence limit to judge, not for ssh2.
    keepaliveInterval: patience.keepalive * 1000,
    keepaliveCountMax: Number.MAX_SAFE_INTEGER,
    hostVerifier: (key: Buffer) => target.hostKey === undefined || key.equals(target.hostKey),
  });
  try {
    if (!(await ready.promise)) return undefined;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return { client, received: () => socket.bytesRead, closed: closed.promise };
}
