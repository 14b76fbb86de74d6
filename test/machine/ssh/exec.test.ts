import { once } from 'node:events';
import { type AddressInfo, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { execOverSsh } from '../../../harness/machine/ssh/exec.ts';
import { createBootKeys } from '../../../harness/machine/ssh/keys.ts';

/** A server whose commands are over before it has answered: all that it says of one is a single write. */
function hastyServer(): ssh2.Server {
  const hostKeys = [createBootKeys().client.privateKey];
  return new ssh2.Server({ hostKeys }, (client) => {
    const socket = (client as unknown as { _sock: Socket })._sock;
    client.on('authentication', (context) => context.accept());
    client.on('session', (accept) =>
      accept().on('exec', (accept) => {
        socket.cork();
        const channel = accept();
        channel.write('done\n');
        channel.exit(7);
        channel.end();
        setImmediate(() => socket.uncork());
      }),
    );
  });
}

let server: ssh2.Server;
let client: ssh2.Client;
beforeEach(async () => {
  server = hastyServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new ssh2.Client();
  client.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, username: 'root' });
  await once(client, 'ready');
});
afterEach(() => {
  client.end();
  server.close();
});

it('a command that is over with the answer that it was started has its exit code', async () => {
  for (let n = 0; n < 20; n++)
    expect(await execOverSsh(client, ['true'], {})).toMatchObject({
      exitCode: 7,
      stdout: 'done\n',
      lost: false,
    });
});
