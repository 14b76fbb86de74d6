import { createHash } from 'node:crypto';

export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * KCIDB's patchset_hash: the sha256 of each patch file, one hex line each in order, then the sha256 of those lines
 * (`sha256sum *.patch | cut -c-64 | sha256sum`).
 */
export function patchsetHash(hashes: readonly string[]): string {
  return sha256(hashes.map((hash) => `${hash}\n`).join(''));
}
