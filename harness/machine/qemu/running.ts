import { setTimeout as sleep } from 'node:timers/promises';
import { RigError } from '../../base/errors.ts';
import { watchSilence } from '../silence.ts';
import { getFile, putFile } from '../ssh/files.ts';
import type { SshSession } from '../ssh/session.ts';
import type { Acceleration, BootOptions, End, EndReason, ExecOptions, Limits, Running } from '../types.ts';
import { files } from './command-line.ts';
import { dumpHang, sysrq } from './dump.ts';
import type { QemuProcess } from './process.ts';

interface Facts {
  readonly acceleration: Acceleration;
  readonly limits: Limits;
  readonly release: string;
  readonly bootSeconds: number;
  readonly programs: string;
  readonly options: BootOptions;
}

/** Seconds for a guest to power off when it is asked to, before that counts as a hang; times three when emulated. */
const powerOffGrace = 30;

/** A guest that is up, as the rest of the harness sees it. */
export function runningGuest(qemu: QemuProcess, session: SshSession, facts: Facts): Running {
  const { acceleration, limits, release, bootSeconds, programs, options } = facts;

  const hang = async (detail: string) => {
    if (qemu.ending.known !== undefined) return;
    qemu.ending.because('hang', detail);
    await dumpHang(qemu, options.directory);
    qemu.kill();
  };

  const exec = async (argv: readonly string[], execOptions?: ExecOptions) => {
    const { unanswered, ...result } = await session.exec(argv, execOptions);
    if (unanswered && result.timedOut) void hang(`${argv[0] ?? ''} ran out of time and could not be killed`);
    return result;
  };

  const stop = async (reason: EndReason, detail?: string): Promise<End> => {
    if (qemu.ending.known !== undefined) return qemu.ending.promise;
    if (reason === 'clean') {
      await powerOff();
    } else if (reason === 'hang') {
      await hang(detail ?? 'the kernel makes no progress');
    } else {
      qemu.ending.because(reason, detail ?? `stopped: ${reason}`);
      qemu.kill();
    }
    return qemu.ending.promise;
  };

  const powerOff = async () => {
    qemu.expectPowerOff();
    const grace = powerOffGrace * (acceleration.kind === 'tcg' ? 3 : 1);
    void session.exec(['kill', '-TERM', '1'], { timeout: grace });
    const abort = new AbortController();
    const gone = qemu.ending.promise.then(() => true);
    const halted = haltSeen(qemu, abort.signal);
    const late = sleep(grace * 1000, false, { signal: abort.signal }).catch(() => true);
    const off = await Promise.race([gone, halted, late]);
    abort.abort();
    if (!off) return hang(`asked to power off, it did not within ${grace} s`);
    if (qemu.over.aborted || qemu.ending.known !== undefined) return;
    qemu.ending.because('clean', 'halted as asked; its kernel has no way to power off');
    qemu.kill();
  };

  const life = () => qemu.console.length + session.received();
  const stopWatching = watchSilence(limits.silence, life, () => {
    void hang(`no output and no answer for ${limits.silence} s`);
  });
  const cancel = () => void stop('cancelled', 'cancelled');
  options.signal.addEventListener('abort', cancel, { once: true });
  if (options.signal.aborted) cancel();
  void qemu.ending.promise.then(() => {
    stopWatching();
    session.close();
    options.signal.removeEventListener('abort', cancel);
  });

  return {
    ...{ acceleration, bootSeconds, release, programs, exec, stop },
    put: (local, remote) => putFile(exec, local, remote),
    get: (remote, local) => getFile(exec, remote, local),
    console: qemu.console,
    taint: async () => {
      const { stdout, exitCode } = await exec(['cat', '/proc/sys/kernel/tainted'], { timeout: 60 });
      if (exitCode !== 0) throw new RigError('the guest does not say whether its kernel is tainted');
      return Number(stdout);
    },
    nmi: () => sysrq(qemu, 'l'),
    ended: qemu.ending.promise,
    shell: (terminal) => {
      qemu.expectPowerOff();
      return session.shell(terminal);
    },
    ...(options.debugStub === true ? { debugStub: { socket: qemu.socketPath(files.debugStub) } } : {}),
  };
}

/** A kernel without a driver for power-off halts instead and says so: kernel_halt(), kernel/reboot.c. */
async function haltSeen(qemu: QemuProcess, signal: AbortSignal): Promise<boolean> {
  let recent = '';
  for await (const chunk of qemu.console) {
    if (signal.aborted) break;
    recent = recent.slice(-100) + Buffer.from(chunk).toString('latin1');
    if (recent.includes('reboot: System halted')) return true;
  }
  return true;
}
