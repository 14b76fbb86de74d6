import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectQmp, type QmpEvent } from '../../../harness/machine/qemu/qmp.ts';

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}\r\n';

interface Request {
  readonly execute: string;
  readonly arguments: Record<string, unknown>;
  readonly id: number;
}

let directory: string;
let server: Server;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'qmp-'))));
afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

/** A QEMU that answers the negotiation and leaves the rest to the script. */
function scripted(script: (request: Request, socket: Socket) => void): string {
  server = createServer((socket) => {
    socket.write(greeting);
    createInterface({ input: socket }).on('line', (line) => {
      const request = JSON.parse(line) as Request;
      if (request.execute === 'qmp_capabilities') socket.write(`{"return": {}, "id": ${request.id}}\r\n`);
      else script(request, socket);
    });
  });
  const path = join(directory, 's');
  server.listen(path);
  return path;
}

const signal = new AbortController().signal;
const ignore = () => undefined;

describe('connectQmp', () => {
  it('matches answers to commands, also when they come out of order and in pieces', async () => {
    const held: Request[] = [];
    const path = scripted((request, socket) => {
      held.push(request);
      if (held.length < 2) return;
      const [first, second] = held;
      socket.write(`{"return": {"name": "second"}, "id": ${second?.id}}\r\n{"ret`);
      socket.write(`urn": {"name": "first"}, "id": ${first?.id}}\r\n`);
    });
    const qmp = await connectQmp(path, ignore, signal);
    const answers = await Promise.all([qmp.execute('query-name'), qmp.execute('query-status')]);
    expect(answers).toEqual([{ name: 'first' }, { name: 'second' }]);
    qmp.close();
  });

  it('hands over events in order, between answers', async () => {
    const path = scripted(({ id }, socket) => {
      socket.write(
        '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "RESET", "data": {"guest": true}}\r\n',
      );
      socket.write(`{"return": {}, "id": ${id}}\r\n`);
      socket.write('{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}\r\n');
      socket.end();
    });
    const events: QmpEvent[] = [];
    const qmp = await connectQmp(path, (event) => events.push(event), signal);
    await qmp.execute('system_reset');
    await qmp.closed;
    expect(events).toEqual([
      { event: 'RESET', data: { guest: true } },
      { event: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' } },
    ]);
  });

  it('QEMU refusing a command is a RigError with its words', async () => {
    const path = scripted(({ id }, socket) => {
      socket.write(`{"id": ${id}, "error": {"class": "CommandNotFound", "desc": "no such command"}}\r\n`);
    });
    const qmp = await connectQmp(path, ignore, signal);
    await expect(qmp.execute('nonsense')).rejects.toThrow('QMP nonsense: no such command');
    qmp.close();
  });

  it('QEMU dying in the middle of an answer ends the wait', async () => {
    const path = scripted((_, socket) => socket.end('{"return": {"unfin'));
    const qmp = await connectQmp(path, ignore, signal);
    await expect(qmp.execute('query-status')).rejects.toThrow('QEMU is gone');
    await expect(qmp.execute('query-status')).rejects.toThrow('QEMU is gone');
  });

  it('QEMU killed before it answers the connection ends the wait', async () => {
    const path = join(directory, 's');
    // Listens, so that a connection can be made, and never comes to accept it.
    const listen = `require('net').createServer().listen(process.argv[1], () => { process.stdout.write('up'); for (;;); })`;
    const deaf = spawn(process.execPath, ['-e', listen, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(deaf.stdout, 'data');
    server = createServer().listen(join(directory, 'unused'));
    // As startQemu() does. Without it a death in the instant before 'connect' looks like a QEMU that is not up yet.
    const gone = new AbortController();
    deaf.once('exit', () => gone.abort(new Error('QEMU is gone')));
    const connecting = connectQmp(path, ignore, gone.signal);
    const refused = expect(connecting).rejects.toThrow('QEMU is gone');
    // The listening socket and the connection that waits to be accepted both bear the path.
    await vi.waitUntil(() => readFileSync('/proc/net/unix', 'utf8').split(path).length > 2);
    deaf.kill('SIGKILL');
    await refused;
  });

  it('waits for the socket to appear, and no longer than it is wanted', async () => {
    const path = scripted(ignore);
    server.close();
    const giveUp = new AbortController();
    const waiting = connectQmp(`${path}-not`, ignore, giveUp.signal);
    giveUp.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
