import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { asRigError } from '../../base/disk.ts';
import { RigError } from '../../base/errors.ts';
import { guestPrograms } from '../../build/initramfs.ts';
import { resolveLimits } from '../limits.ts';
import { createBootKeys } from '../ssh/keys.ts';
import type { BootOptions, Image, Machine, Running } from '../types.ts';
import { chooseAcceleration, type AccelerationChoice } from './acceleration.ts';
import { bootArchive } from './boot-archive.ts';
import { files, qemuCommand } from './command-line.ts';
import { startQemu } from './process.ts';
import { repeatScript } from './repeat.ts';
import { waitUntilUp } from './up.ts';
import { runningGuest } from './running.ts';

/** Guests under QEMU, for the architecture that BootOptions names. */
export function qemuMachine(
  ctx: Context,
  settings: { readonly acceleration?: AccelerationChoice } = {},
): Machine {
  return {
    kind: 'qemu',
    boot: (image, options) => boot(ctx, image, options, settings.acceleration ?? 'auto'),
  };
}

async function boot(
  ctx: Context,
  image: Image,
  options: BootOptions,
  choice: AccelerationChoice,
): Promise<Running> {
  const { arch, cpus, memoryMiB, append, directory } = options;
  const acceleration = await chooseAcceleration(ctx, arch, image.kernel, choice);
  const limits = resolveLimits(options.limits ?? {}, acceleration.kind);
  const debugStub = options.debugStub ?? false;
  const command = qemuCommand({
    ...{ arch, cpus, memoryMiB, append, limits, debugStub },
    ...{ kernel: image.kernel, acceleration: acceleration.kind },
  });
  const keys = createBootKeys();
  await prepare(directory, image.initramfs, bootArchive(keys), keys.client.privateKey, command);

  const started = performance.now();
  const qemu = startQemu(command, directory);
  void qemu.ending.promise.then(() => rm(join(directory, files.initramfs), { force: true }));
  const { session, release } = await waitUntilUp(qemu, { keys, limits, image, options });
  const bootSeconds = (performance.now() - started) / 1000;
  return runningGuest(qemu, session, {
    acceleration,
    limits,
    release,
    bootSeconds,
    programs: guestPrograms,
    options,
  });
}

async function prepare(
  directory: string,
  initramfs: string,
  archive: Uint8Array,
  key: string,
  command: readonly string[],
): Promise<void> {
  const put = (name: string, content: string | Uint8Array, mode = 0o644) =>
    writeFile(join(directory, name), content, { mode });
  try {
    await put(files.bootArchive, archive, 0o600);
    await put(files.key, key, 0o600);
    await put(files.command, repeatScript(directory, initramfs, command), 0o755);
    await put(files.initramfs, Buffer.concat([await readFile(initramfs), archive]), 0o600);
  } catch (cause) {
    throw new RigError(`cannot prepare the guest in ${directory}`, { cause: asRigError(cause, directory) });
  }
}
