import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../../arch/index.ts';
import { spawnTethered } from '../../base/command.ts';
import type { Context } from '../../base/context.ts';
import { digestOf } from '../../base/digest.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { CancelledError, UsageError } from '../../base/errors.ts';
import type { Acceleration } from '../types.ts';

export type AccelerationChoice = 'auto' | 'kvm' | 'tcg';

/** Seconds. A kernel under KVM speaks within one. */
const trialLimit = 6;

/**
 * What to run a guest on. `auto` means tried: that /dev/kvm opens, a VM starts and the firmware prints proves nothing,
 * so the kernel to be booted must print a line under KVM. The answer is kept for this boot of the host and this QEMU.
 *
 * @throws UsageError when QEMU is missing, or KVM was demanded and does not work.
 */
export async function chooseAcceleration(
  ctx: Context,
  arch: Arch,
  kernel: string,
  choice: AccelerationChoice,
): Promise<Acceleration> {
  const version = await qemuVersion(ctx, arch);
  if (choice === 'tcg') return { kind: 'tcg', reason: 'emulation was asked for' };
  const found = await kept(ctx, [version, arch.id, await hostBoot()], () => tried(ctx, arch, kernel));
  if (choice === 'kvm' && found.kind !== 'kvm') throw new UsageError(`KVM was asked for: ${found.reason}`);
  return found;
}

/** First line of `qemu-system-… --version`. @throws UsageError when it is missing, with the packages that have it. */
export async function qemuVersion(ctx: Context, arch: Arch): Promise<string> {
  const { stdout, failed } = await spawnTethered([arch.qemu.binary, '--version'], {
    reject: false,
    cancelSignal: ctx.signal,
  });
  if (ctx.signal.aborted) throw new CancelledError('cancelled');
  if (!failed) return stdout.split('\n', 1)[0] ?? '';
  const packages = arch.packages.emulator.join(' ');
  throw new UsageError(
    `${arch.qemu.binary} is missing; install it: apt-get install --no-install-recommends ${packages}`,
  );
}

async function tried(ctx: Context, arch: Arch, kernel: string): Promise<Acceleration> {
  const emulate = (reason: string): Acceleration => ({ kind: 'tcg', reason });
  if (!arch.native.includes(process.arch)) return emulate(`a ${process.arch} host has no KVM for ${arch.id}`);
  const refused = await access('/dev/kvm', constants.R_OK | constants.W_OK).catch(
    (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? '/dev/kvm is not there' : `/dev/kvm may not be opened (${error.code})`,
  );
  if (typeof refused === 'string') return emulate(refused);
  ctx.notify({ task: 'qemu', text: 'trying KVM' });
  const said = await trial(ctx, arch, kernel);
  return said === undefined ? { kind: 'kvm', reason: 'a kernel printed under KVM' } : emulate(said);
}

/** Undefined when the kernel printed under KVM, else what happened instead. */
async function trial(ctx: Context, arch: Arch, kernel: string): Promise<string | undefined> {
  const { machine, cpu, binary, consoleDevice } = arch.qemu;
  const child = spawnTethered(
    [
      binary,
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', ...machine, '-cpu', cpu],
      ...['-accel', 'kvm', '-m', '256M', '-serial', 'stdio', '-kernel', kernel],
      ...['-append', `console=${consoleDevice} earlyprintk=${consoleDevice} panic=-1`],
    ],
    {
      reject: false,
      stdin: 'ignore',
      timeout: trialLimit * 1000,
      killSignal: 'SIGKILL',
      cancelSignal: ctx.signal,
    },
  );
  let output = '';
  let printed = false;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('latin1');
    printed ||= output.includes('Linux version');
    if (printed) child.kill('SIGKILL');
  });
  const { timedOut, isCanceled, stderr } = await child;
  if (isCanceled) throw new CancelledError('cancelled');
  if (printed) return undefined;
  if (timedOut) return `a kernel started under KVM printed nothing within ${trialLimit} s`;
  return `QEMU with KVM ended at once: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}

async function hostBoot(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
}

async function kept(
  ctx: Context,
  key: readonly string[],
  find: () => Promise<Acceleration>,
): Promise<Acceleration> {
  const name = digestOf(key).slice(0, 16);
  const path = join(ctx.cacheDir, 'acceleration', `${name}.json`);
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as Acceleration;
  const found = await find();
  await writeFileAtomic(path, JSON.stringify(found));
  return found;
}
