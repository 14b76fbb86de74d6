import { execaSync } from 'execa';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Arch } from '../../harness/arch/index.ts';
import { x86_64 } from '../../harness/arch/x86_64.ts';
import type { Context } from '../../harness/base/context.ts';
import { debianKernel, type PrebuiltKernel } from '../../harness/build/debian/kernel.ts';
import { defaultCacheDir } from '../../harness/cli/context.ts';
import type { BootOptions } from '../../harness/machine/types.ts';

/** What the tests that boot a real kernel share: Debian's prebuilt one, which needs no build. */

/** Whether this machine has what it takes, said aloud when it has not. */
export function canBootOn(arch: Arch): boolean {
  const needed = [arch.qemu.binary, `${arch.crossCompile}gcc`, 'make', 'apt-get', 'dpkg-source', 'xz'];
  const missing = needed.filter((tool) => execaSync(tool, ['--version'], { reject: false }).failed);
  if (missing.length > 0)
    console.warn(`skipped: tests that boot a kernel for ${arch.id} need ${missing.join(', ')}`);
  return missing.length === 0;
}

export const canBoot = canBootOn(x86_64);

export const ctx: Context = {
  cacheDir: defaultCacheDir(),
  projectDir: resolve(import.meta.dirname, '../..'),
  signal: new AbortController().signal,
  notify: () => undefined,
};

export const prebuilt = (arch: Arch = x86_64): Promise<PrebuiltKernel> => debianKernel(arch, ctx);

/** A directory below the system's temporary one; the console and qemu.cmd of a test that failed stay there. */
const scratch = mkdtempSync(join(tmpdir(), 'spf-e2e-'));

export function directoryFor(name: string): string {
  const directory = join(scratch, name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

export function bootOptions(name: string, changes: Partial<BootOptions> = {}): BootOptions {
  const directory = directoryFor(name);
  return { arch: x86_64, cpus: 2, memoryMiB: 512, append: [], directory, signal: ctx.signal, ...changes };
}

/** PIDs of QEMUs that run in a machine's directory; the dead that nobody has reaped yet do not count. */
export function qemusIn(directory: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && link(`/proc/${pid}/cwd`) === directory && !isZombie(pid));
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

export async function consoleText(console: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(console)).toString('latin1');
}
