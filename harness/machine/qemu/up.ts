import { CancelledError, RigError } from '../../base/errors.ts';
import { strickenLimit } from '../limits.ts';
import type { BootKeys } from '../ssh/keys.ts';
import { openSession, type SshSession } from '../ssh/session.ts';
import { watchStricken } from '../stricken.ts';
import { BootFailure, type BootOptions, type End, type Image, type Limits } from '../types.ts';
import { forwardedPort } from './command-line.ts';
import { dumpHang } from './dump.ts';
import { firmwareFailure } from './firmware.ts';
import { lastWords } from './last-words.ts';
import type { Arch } from '../../arch/index.ts';
import type { QemuProcess } from './process.ts';

interface Expected {
  readonly keys: BootKeys;
  readonly limits: Limits;
  readonly image: Image;
  readonly options: BootOptions;
}

/**
 * Wait until commands can be run, and by the kernel that was meant.
 *
 * @throws BootFailure when the kernel died or hung on the way; RigError when QEMU or the firmware did, when the guest's
 *   init gave up, or when another kernel answered; CancelledError.
 */
export async function waitUntilUp(
  qemu: QemuProcess,
  { keys, limits, image, options }: Expected,
): Promise<{ session: SshSession; release: string }> {
  const giveUp = (detail: string) => void end(qemu, detail, options.directory);
  const late = setTimeout(
    () => giveUp(`no command could be run within ${limits.boot} s of power-on`),
    limits.boot * 1000,
  );
  const limit = strickenLimit(limits);
  const unwatch = watchStricken(qemu.console, { limit }, () =>
    giveUp(`the kernel oopsed on its way up and said nothing more for ${limit} s`),
  );
  const cancel = () => {
    qemu.ending.because('cancelled', 'cancelled while booting');
    qemu.kill();
  };
  options.signal.addEventListener('abort', cancel, { once: true });
  if (options.signal.aborted) cancel();
  try {
    const port = forwardedPort(await (await qemu.qmp).monitor('info usernet'));
    if (port === undefined) throw new RigError('QEMU forwards no port to the guest');
    const { privateKey } = keys.client;
    const target = { host: '127.0.0.1', port, user: 'root', privateKey, hostKey: keys.host.publicKey };
    const session = await openSession(target, options.signal, qemu.over);
    const answer = await session.exec(['uname', '-r']);
    if (answer.lost) throw new RigError('the guest was lost while it answered its first command');
    const release = answer.stdout.trim();
    if (image.release !== undefined && image.release !== release)
      throw new RigError(`${image.kernel} should answer uname -r with ${image.release} and says ${release}`);
    return { session, release };
  } catch (error) {
    // When the machine is already going, why it went says more than what we tripped over.
    if (!qemu.over.aborted && qemu.ending.known === undefined)
      await Promise.race([qemu.ending.promise, settled()]);
    if (qemu.ending.known === undefined && !qemu.over.aborted) {
      qemu.ending.because('lost', 'the guest could not be used');
      qemu.kill();
      await qemu.ending.promise;
      throw error;
    }
    throw await failure(qemu, await qemu.ending.promise, options.arch);
  } finally {
    clearTimeout(late);
    unwatch();
    options.signal.removeEventListener('abort', cancel);
  }
}

/** A connection breaks a moment before QEMU's own end is known. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2000));
}

async function end(qemu: QemuProcess, detail: string, directory: string): Promise<void> {
  qemu.ending.because('hang', detail);
  await dumpHang(qemu, directory);
  qemu.kill();
}

async function failure(qemu: QemuProcess, end: End, arch: Arch): Promise<Error> {
  if (end.reason === 'cancelled') return new CancelledError(end.detail);
  if (end.reason === 'panic' || end.reason === 'hang') {
    const firmware = firmwareFailure(arch, await qemu.console.tail(qemu.console.length));
    if (firmware !== undefined) return new RigError(firmware);
  }
  if (end.reason === 'panic' || end.reason === 'hang') return new BootFailure(end);
  const words = await lastWords(qemu.console);
  return new RigError(words === undefined ? end.detail : `the guest gave up: ${words}`);
}
