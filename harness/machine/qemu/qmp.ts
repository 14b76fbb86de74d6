import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { RigError } from '../../base/errors.ts';

/** An event of QEMU's (`SHUTDOWN`, `RESET`, …); the data's shape is the event's own. */
export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** QEMU's control channel: one JSON document a line (docs/interop/qmp-spec). */
export interface Qmp {
  /** @throws RigError when QEMU refuses the command, or is gone before it answers. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** A command of the human monitor, for the few things that QMP has no words for. */
  monitor(line: string): Promise<string>;
  readonly closed: Promise<void>;
  close(): void;
}

interface Reply {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: Record<string, unknown>;
}

/**
 * Connect, waiting for the socket to appear, and leave the negotiation mode.
 *
 * @param onEvent called for every event, in order.
 * @param signal gives up.
 */
export async function connectQmp(
  path: string,
  onEvent: (event: QmpEvent) => void,
  signal: AbortSignal,
): Promise<Qmp> {
  const socket = await openSocket(path, signal);
  const waiting = new Map<number, (reply: Reply) => void>();
  const closed = Promise.withResolvers<void>();
  const giveUp = () => {
    for (const settle of waiting.values()) settle({ error: { class: 'Gone', desc: 'QEMU is gone' } });
    waiting.clear();
    closed.resolve();
  };
  const lines = createInterface({ input: socket });
  socket.on('error', () => socket.destroy());
  // readline repeats its input's errors.
  lines.on('error', () => undefined);
  // A reset connection closes without an 'end', and readline waits for that one only.
  socket.on('close', () => setImmediate(() => lines.close()));
  lines.on('line', (line) => {
    const reply = parse(line);
    if (reply.event !== undefined) onEvent({ event: reply.event, data: reply.data ?? {} });
    if (reply.id === undefined) return;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  // The reader may still hold lines when the socket has closed: the end is when it has given them all.
  lines.on('close', giveUp);

  let lastId = 0;
  const execute = async (command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    const id = ++lastId;
    const answer = Promise.withResolvers<Reply>();
    waiting.set(id, answer.resolve);
    if (!socket.writable) giveUp();
    else socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    const reply = await answer.promise;
    if (reply.error !== undefined) throw new RigError(`QMP ${command}: ${reply.error.desc}`);
    return reply.return;
  };
  await execute('qmp_capabilities');
  return {
    execute,
    monitor: async (line) => String(await execute('human-monitor-command', { 'command-line': line })),
    closed: closed.promise,
    close: () => socket.destroy(),
  };
}

async function openSocket(path: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    signal.throwIfAborted();
    const socket = connect({ path });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    if (await promise) return socket;
    await sleep(20, undefined, { signal }).catch(() => undefined);
  }
}

function parse(line: string): Reply {
  try {
    return JSON.parse(line) as Reply;
  } catch {
    // A line cut by QEMU's death.
    return {};
  }
}
