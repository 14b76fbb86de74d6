import { randomBytes } from 'node:crypto';
import { cpio } from '../../build/cpio.ts';
import type { BootKeys } from '../ssh/keys.ts';

/** What differs from boot to boot, as a small archive to go after the base initramfs: the keys, and a seed for random(4). */
export function bootArchive(keys: BootKeys): Uint8Array {
  const secret = { kind: 'file', mode: 0o600 } as const;
  return cpio([
    { ...secret, path: 'etc/dropbear/host_key', content: keys.host.dropbear },
    { ...secret, path: 'root/.ssh/authorized_keys', content: Buffer.from(`${keys.client.publicKey}\n`) },
    { ...secret, path: 'etc/random-seed', content: randomBytes(64) },
  ]);
}
