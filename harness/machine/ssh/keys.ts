import { generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';

/** Keys that live for one boot: the harness's to log in with, and the guest's own, so that no other machine can answer. */
export interface BootKeys {
  /** The harness's: OpenSSH private key file, and the line for authorized_keys. */
  readonly client: { readonly privateKey: string; readonly publicKey: string };
  /** The guest's: dropbear's key file, and the public key as SSH sends it (RFC 8709). */
  readonly host: { readonly dropbear: Uint8Array; readonly publicKey: Uint8Array };
}

export function createBootKeys(): BootKeys {
  return { client: createClientKey(), host: createHostKey() };
}

/**
 * ssh2 1.17 drops leading zero bytes of the public point (lib/keygen.js), so that one key in 256 is malformed: that one
 * is thrown away.
 */
function createClientKey(): BootKeys['client'] {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { privateKey, publicKey };
  }
}

function createHostKey(): BootKeys['host'] {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const name = sshString(Buffer.from('ssh-ed25519'));
  return {
    // buf_put_ed25519_priv_key(), dropbear's ed25519.c: the private half is the seed and the public point.
    dropbear: Buffer.concat([name, sshString(Buffer.concat([seed, point]))]),
    publicKey: Buffer.concat([name, sshString(point)]),
  };
}

/** RFC 4251, 5: four bytes of length, then the bytes. */
function sshString(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
