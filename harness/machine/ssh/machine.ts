import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError, UsageError } from '../../base/errors.ts';
import { createConsoleLog } from '../console-log.ts';
import { createEnding } from '../ending.ts';
import { resolveLimits } from '../limits.ts';
import { BootFailure, type BootOptions, type Image, type Machine, type Running } from '../types.ts';
import { bootIdOf } from './boot-id.ts';
import { putFile } from './files.ts';
import { followCommand, runCommand } from './host-command.ts';
import { runningBoard } from './running.ts';
import { openSession, type SshSession } from './session.ts';
import type { SshMachineSettings } from './settings.ts';

/** Where the guest programs go on the machine. */
const remotePrograms = '/tmp/spf-programs';

export function sshMachine(settings: SshMachineSettings): Machine {
  return { kind: 'ssh', boot: (image, options) => boot(settings, image, options) };
}

async function boot(settings: SshMachineSettings, image: Image, options: BootOptions): Promise<Running> {
  const started = performance.now();
  const limits = resolveLimits(options.limits ?? {}, 'none');
  const console = createConsoleLog(join(options.directory, 'console.log'));
  const over = new AbortController();
  const ending = createEnding();
  if (settings.console !== undefined) followCommand(settings.console, console, over.signal);
  const until = AbortSignal.any([options.signal, AbortSignal.timeout(limits.boot * 1000)]);
  try {
    let session = await login(settings, until, over.signal);
    if (settings.restart !== undefined) {
      await deploy(settings, session, image);
      session = await restart(settings, session, settings.restart, until, over.signal);
    }
    const release = (await session.exec(['uname', '-r'])).stdout.trim();
    if (image.release !== undefined && release !== image.release)
      throw new RigError(`${settings.host} should answer uname -r with ${image.release} and says ${release}`);
    await putPrograms(session, settings.programs);
    const bootSeconds = (performance.now() - started) / 1000;
    return runningBoard({
      ...{ session, console, ending, over, limits, release, bootSeconds, settings, options },
      bootId: await bootIdOf(session),
      programs: remotePrograms,
    });
  } catch (error) {
    over.abort();
    console.end();
    if (!until.aborted || options.signal.aborted) throw error;
    if (settings.power !== undefined) await runCommand(settings.power, options.signal);
    throw new BootFailure({ reason: 'hang', detail: `no command could be run within ${limits.boot} s` });
  }
}

async function login(
  settings: SshMachineSettings,
  until: AbortSignal,
  over: AbortSignal,
): Promise<SshSession> {
  const { host, port = 22, user = 'root', keyFile } = settings;
  const privateKey = await readFile(keyFile, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`cannot read the key to log in to ${host}`, { cause });
  });
  return openSession({ host, port, user, privateKey }, until, over);
}

async function deploy({ deploy }: SshMachineSettings, session: SshSession, image: Image): Promise<void> {
  if (deploy === undefined) return;
  const exec = session.exec.bind(session);
  await putFile(exec, image.kernel, deploy.kernel);
  if (deploy.initramfs !== undefined) await putFile(exec, image.initramfs, deploy.initramfs);
}

/** Restarted is what answers with another boot id: until then the old kernel may still be answering. */
async function restart(
  settings: SshMachineSettings,
  session: SshSession,
  command: readonly string[],
  until: AbortSignal,
  over: AbortSignal,
): Promise<SshSession> {
  const before = await bootIdOf(session);
  await session.exec(command, { timeout: 30 });
  session.close();
  for (;;) {
    const next = await login(settings, until, over);
    const now = await bootIdOf(next).catch(() => before);
    if (now !== before) return next;
    next.close();
    until.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function putPrograms(session: SshSession, local: string): Promise<void> {
  const exec = session.exec.bind(session);
  await exec(['mkdir', '-p', remotePrograms]);
  for (const name of await readdir(local))
    await putFile(exec, join(local, name), `${remotePrograms}/${name}`);
}
