import { createReadStream } from 'node:fs';
import type { KernelIdentity } from '../console/symbols/resolve.ts';

/** init/version.c linux_banner, as it stands in .rodata. */
const banner = /Linux version (\d+\.\d+[\x21-\x7e]*) \(/;
const overlap = 512;

/** The release of a vmlinux, from its banner; undefined when it has none. @throws when the file cannot be read. */
export async function releaseOf(vmlinux: string): Promise<string | undefined> {
  let tail = '';
  for await (const chunk of createReadStream(vmlinux, {
    highWaterMark: 1024 * 1024,
  }) as AsyncIterable<Buffer>) {
    const text = tail + chunk.toString('latin1');
    const found = banner.exec(text)?.[1];
    if (found !== undefined) return found;
    tail = text.slice(-overlap);
  }
  return undefined;
}

/** @param notes output of `readelf -n vmlinux`. */
export function identityOf(release: string | undefined, notes: string): KernelIdentity {
  const buildId = /Build ID: ([0-9a-f]{40})/.exec(notes)?.[1];
  return { ...(release !== undefined && { release }), ...(buildId !== undefined && { buildId }) };
}
