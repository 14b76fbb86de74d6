import { describeError, RigError } from '../../base/errors.ts';
import type { ConsoleLog } from '../console-log.ts';
import type { Ending } from '../ending.ts';
import { watchSilence } from '../silence.ts';
import type { BootOptions, End, EndReason, ExecOptions, Limits, Running } from '../types.ts';
import { bootIdOf } from './boot-id.ts';
import { getFile, putFile } from './files.ts';
import { runCommand } from './host-command.ts';
import type { SshSession } from './session.ts';
import type { SshMachineSettings } from './settings.ts';

interface Board {
  readonly session: SshSession;
  readonly console: ConsoleLog;
  readonly ending: Ending;
  /** Aborted when the machine is given up. */
  readonly over: AbortController;
  readonly limits: Limits;
  readonly release: string;
  readonly bootSeconds: number;
  readonly bootId: string;
  readonly programs: string;
  readonly settings: SshMachineSettings;
  readonly options: BootOptions;
}

/** Seconds between looks whether it is still the same boot. */
const heartbeat = 10;

/** A real machine that is up. What ends here is the harness's use of it; only a machine that failed is power-cycled. */
export function runningBoard(board: Board): Running {
  const { session, console, ending, over, limits, release, bootSeconds, settings, options, programs } = board;

  const stop = async (reason: EndReason, detail = `stopped: ${reason}`): Promise<End> => {
    if (ending.known !== undefined) return ending.promise;
    ending.because(reason, detail);
    const power = reason === 'hang' || reason === 'lost' ? settings.power : undefined;
    const trouble =
      power === undefined
        ? undefined
        : await runCommand(power, options.signal).catch((error: unknown) => error);
    over.abort();
    session.close();
    console.end();
    ending.gone((end) => (trouble === undefined ? end.detail : `${end.detail}; ${describeError(trouble)}`));
    return ending.promise;
  };

  const exec = async (argv: readonly string[], execOptions?: ExecOptions) => {
    const { unanswered, ...result } = await session.exec(argv, execOptions);
    if (unanswered && result.timedOut)
      void stop('hang', `${argv[0] ?? ''} ran out of time and could not be killed`);
    return result;
  };

  const timer = setInterval(() => {
    void bootIdOf(session).then(
      (id) => {
        if (id !== board.bootId) void stop('panic', 'the machine rebooted by itself');
      },
      () => undefined,
    );
  }, heartbeat * 1000);
  const stopWatching = watchSilence(
    limits.silence,
    () => console.length + session.received(),
    () => void stop('hang', `no output and no answer for ${limits.silence} s`),
  );
  const cancel = () => void stop('cancelled', 'cancelled');
  options.signal.addEventListener('abort', cancel, { once: true });
  if (options.signal.aborted) cancel();
  void ending.promise.then(() => {
    clearInterval(timer);
    stopWatching();
    options.signal.removeEventListener('abort', cancel);
  });

  return {
    acceleration: { kind: 'none', reason: 'a real machine' },
    ...{ bootSeconds, release, programs, exec, stop, console },
    put: (local, remote) => putFile(exec, local, remote),
    get: (remote, local) => getFile(exec, remote, local),
    taint: async () => {
      const { stdout, exitCode } = await exec(['cat', '/proc/sys/kernel/tainted'], { timeout: 60 });
      if (exitCode !== 0) throw new RigError(`${settings.host} does not say whether its kernel is tainted`);
      return Number(stdout);
    },
    nmi: async () =>
      (await exec(['sh', '-c', 'echo l >/proc/sysrq-trigger'], { timeout: 30 })).exitCode === 0,
    ended: ending.promise,
    shell: (terminal) => session.shell(terminal),
  };
}
