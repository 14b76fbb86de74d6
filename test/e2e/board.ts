import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { x86_64 } from '../../harness/arch/x86_64.ts';
import { spawnTethered } from '../../harness/base/command.ts';
import { resolveLimits } from '../../harness/machine/limits.ts';
import { bootArchive } from '../../harness/machine/qemu/boot-archive.ts';
import { qemuCommand } from '../../harness/machine/qemu/command-line.ts';
import { createBootKeys } from '../../harness/machine/ssh/keys.ts';
import type { Image } from '../../harness/machine/types.ts';
import { directoryFor, qemusIn } from './guest.ts';

/** A QEMU guest that plays a real machine: a fixed address, a serial line, and a power switch that starts it again. */
export interface Board {
  readonly port: number;
  readonly keyFile: string;
  /** Where its serial line is written to. */
  readonly serial: string;
  readonly directory: string;
  /** Take the plug out for good. */
  unplug(): void;
}

export async function startBoard(name: string, image: Image): Promise<Board> {
  const directory = directoryFor(name);
  const keys = createBootKeys();
  const [keyFile, serial] = [join(directory, 'key'), join(directory, 'serial')];
  writeFileSync(keyFile, keys.client.privateKey, { mode: 0o600 });
  writeFileSync(serial, '');
  const initramfs = Buffer.concat([readFileSync(image.initramfs), bootArchive(keys)]);
  writeFileSync(join(directory, 'initramfs.cpio'), initramfs);
  const port = await freePort();
  const argv = qemuCommand({
    ...{ arch: x86_64, kernel: image.kernel, acceleration: 'tcg', cpus: 2, memoryMiB: 512 },
    ...{ limits: resolveLimits({}, 'tcg'), append: [], debugStub: false },
  }).map((word) =>
    word
      .replace('127.0.0.1:0-', `127.0.0.1:${port}-`)
      .replace('stdio,id=console,signal=off', `file,id=console,path=${serial}`),
  );
  let plugged = true;
  const powerOn = () => {
    const [program = '', ...args] = argv;
    const child = spawnTethered([program, ...args], { cwd: directory, stdin: 'ignore', reject: false });
    void child.then(() => {
      if (plugged) powerOn();
    });
  };
  powerOn();
  const unplug = () => {
    plugged = false;
    for (const pid of qemusIn(directory)) process.kill(pid, 'SIGKILL');
  };
  return { port, keyFile, serial, directory, unplug };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
