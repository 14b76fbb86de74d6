import type { ExecOptions, Terminal } from '../types.ts';
import { connectSsh, type Connection, type SshTarget } from './connect.ts';
import { execOverSsh, lostResult, type SshExecResult } from './exec.ts';
import { shellOverSsh } from './shell.ts';

/** Commands on a machine, over a connection that is made anew when it was lost and the machine was not. */
export interface SshSession {
  exec(argv: readonly string[], options?: ExecOptions): Promise<SshExecResult>;
  shell(terminal: Terminal): Promise<number | null>;
  /** Bytes received so far, over all connections. */
  received(): number;
  close(): void;
}

/** Seconds in which a machine that has served before must serve again. */
const reconnectWithin = 30;

/**
 * Log in, waiting for the server as long as `signal` lets us.
 *
 * @param over aborts when the machine is gone: nothing is tried after that.
 */
export async function openSession(
  target: SshTarget,
  signal: AbortSignal,
  over: AbortSignal,
): Promise<SshSession> {
  let current: Connection | undefined;
  let receivedBefore = 0;

  const connect = async (until: AbortSignal): Promise<Connection> => {
    const connection = await connectSsh(target, until);
    current = connection;
    void connection.closed.then(() => {
      receivedBefore += connection.received();
      if (current === connection) current = undefined;
    });
    return connection;
  };
  const alive = async (): Promise<Connection | undefined> =>
    current ??
    connect(AbortSignal.any([over, AbortSignal.timeout(reconnectWithin * 1000)])).catch(() => undefined);

  await connect(AbortSignal.any([signal, over]));
  return {
    exec: async (argv, options = {}) => {
      const connection = await alive();
      return connection === undefined ? lostResult : execOverSsh(connection.client, argv, options);
    },
    shell: async (terminal) => {
      const connection = await alive();
      return connection === undefined ? null : shellOverSsh(connection.client, terminal);
    },
    received: () => receivedBefore + (current?.received() ?? 0),
    close: () => current?.client.destroy(),
  };
}
