import { copyFile, readFile } from 'node:fs/promises';
import { release as hostRelease } from 'node:os';
import { join } from 'node:path';
import { RigError } from '../../base/errors.ts';
import { createConsoleLog } from '../console-log.ts';
import { createEnding } from '../ending.ts';
import type { BootOptions, EndReason, Image, Machine, Running } from '../types.ts';
import { execHere } from './exec.ts';
import { followKernelLog } from './kernel-log.ts';

/**
 * The host's own kernel, without root: the quickest way to run the workloads and to check the model. Nothing is booted;
 * of the image only `release` counts, which must be the host's when it is given.
 *
 * @param programs directory with the guest programs compiled for this host (Guest.programs).
 */
export function localMachine(programs: string): Machine {
  return { kind: 'local', boot: async (image, options) => Promise.resolve(start(programs, image, options)) };
}

function start(programs: string, image: Image, options: BootOptions): Running {
  const release = hostRelease();
  if (image.release !== undefined && image.release !== release)
    throw new RigError(`this host runs ${release}, not ${image.release}`);
  const console = createConsoleLog(join(options.directory, 'console.log'));
  const ending = createEnding();
  const over = new AbortController();
  const kernelLog = followKernelLog(console, over.signal);

  const stop = async (reason: EndReason, detail = `stopped: ${reason}`) => {
    ending.because(reason, detail);
    over.abort();
    await kernelLog;
    console.end();
    ending.gone();
    return ending.promise;
  };
  const cancel = () => void stop('cancelled', 'cancelled');
  options.signal.addEventListener('abort', cancel, { once: true });
  if (options.signal.aborted) cancel();
  void ending.promise.then(() => options.signal.removeEventListener('abort', cancel));

  return {
    acceleration: { kind: 'none', reason: "the host's own kernel" },
    bootSeconds: 0,
    ...{ release, programs, console, stop },
    exec: (argv, execOptions = {}) => execHere(argv, execOptions, over.signal),
    put: (local, remote) => copy(local, remote),
    get: (remote, local) => copy(remote, local),
    taint: async () => Number(await readFile('/proc/sys/kernel/tainted', 'utf8')),
    // All CPUs' stacks would need root, and would be in somebody else's log.
    nmi: () => Promise.resolve(false),
    ended: ending.promise,
  };
}

async function copy(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((cause: unknown) => {
    throw new RigError(`cannot copy ${from} to ${to}`, { cause });
  });
}
