import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { CancelledError, describeError, RigError } from '../base/errors.ts';
import { resolveLimits, strickenLimit } from '../machine/limits.ts';
import { watchStricken } from '../machine/stricken.ts';
import {
  BootFailure,
  type Acceleration,
  type BootOptions,
  type End,
  type Image,
  type Machine,
  type Running,
} from '../machine/types.ts';
import type { RigFault } from '../verdict/index.ts';
import type { Launch, LaunchOptions } from '../workload/launch.ts';
import { launchWorkload } from '../workload/launch.ts';
import type { Workload } from '../workload/catalogue.ts';

export interface DriveOptions {
  readonly image: Image;
  readonly boot: BootOptions & { readonly arch: Arch };
  /** Written to /proc/sys before the workload starts. */
  readonly sysctl: Readonly<Record<string, string | number>>;
  readonly workload: Workload;
  readonly launch: LaunchOptions;
  /** What is to be brought home before the machine is switched off; does not throw. */
  readonly harvest?: (running: Running) => Promise<void>;
}

/** What happened on the machine, as far as it came. */
export interface Drive {
  readonly release: string | null;
  readonly bootSeconds: number | null;
  readonly runSeconds: number | null;
  readonly acceleration: Acceleration | null;
  readonly launch: Launch | null;
  readonly end: End | null;
  /** What the rig says of itself. A kernel that died is no rig fault. */
  readonly fault: RigFault | null;
}

const NOTHING: Drive = {
  ...{ release: null, bootSeconds: null, runSeconds: null, acceleration: null },
  ...{ launch: null, end: null, fault: null },
};

/**
 * Boot, set sysctls, run the workload, power off. A kernel that oopses while the workload runs is given up as soon as
 * neither says anything more. Never throws: what went wrong is part of what was
 * seen.
 */
export async function drive(machine: Machine, options: DriveOptions, ctx: Context): Promise<Drive> {
  ctx.notify({ task: 'boot', text: 'booting' });
  let running: Running;
  try {
    running = await machine.boot(options.image, options.boot);
  } catch (error) {
    if (error instanceof BootFailure) return { ...NOTHING, end: error.end };
    return { ...NOTHING, fault: faultOf(error) };
  }
  const { release, bootSeconds, acceleration } = running;
  const began = performance.now();
  const run = await runWorkload(running, options, ctx);
  const runSeconds = (performance.now() - began) / 1000;
  await options.harvest?.(running);
  const end = await running.stop(run.fault === null ? 'clean' : ctx.signal.aborted ? 'cancelled' : 'lost');
  return { release, bootSeconds, acceleration, runSeconds, end, ...run };
}

async function runWorkload(
  running: Running,
  { boot, sysctl, workload, launch }: DriveOptions,
  ctx: Context,
): Promise<Pick<Drive, 'launch' | 'fault'>> {
  let output = 0;
  const onOutput = (bytes: number) => void (output += bytes);
  const limit = strickenLimit(resolveLimits(boot.limits ?? {}, running.acceleration.kind));
  const silent = () =>
    void running.stop(
      'hang',
      `the kernel oopsed, and neither it nor ${workload.id} said more for ${limit} s`,
    );
  const unwatch = watchStricken(running.console, { limit, life: () => output }, silent);
  try {
    await setSysctls(running, sysctl);
    ctx.notify({ task: workload.id, text: `running ${workload.id}` });
    return { launch: await launchWorkload(running, workload, { ...launch, onOutput }), fault: null };
  } catch (error) {
    const end = await endOf(running);
    // The kernel's death takes commands with it; the machine's end tells that story better than ours.
    if (end !== undefined && end.reason !== 'lost') return { launch: null, fault: null };
    return { launch: null, fault: faultOf(error) };
  } finally {
    unwatch();
  }
}

/** The end if there was one by now; a machine that is going away is given a moment to say why. */
async function endOf(running: Running): Promise<End | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, 2000, undefined);
  const end = await Promise.race([running.ended, promise]);
  clearTimeout(timer);
  return end;
}

async function setSysctls(running: Running, sysctl: DriveOptions['sysctl']): Promise<void> {
  for (const [name, value] of Object.entries(sysctl)) {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`;
    const { exitCode, stderr } = await running.exec(['tee', path], { input: `${value}\n`, timeout: 60 });
    if (exitCode !== 0)
      throw new RigError(`cannot set ${name} to ${value}: ${stderr.trim() || `exit code ${exitCode}`}`);
  }
}

/** A RigError is the tools' fault, a cancelled run nobody's, anything unforeseen our own. */
function faultOf(error: unknown): RigFault {
  const culprit = error instanceof CancelledError ? null : error instanceof RigError ? 'tool' : 'harness';
  return { culprit, message: describeError(error) };
}
