import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrebuiltKernel } from '../../harness/build/debian/kernel.ts';
import { sshMachine } from '../../harness/machine/ssh/machine.ts';
import type { SshMachineSettings } from '../../harness/machine/ssh/settings.ts';
import { startBoard, type Board } from './board.ts';
import { bootOptions, canBoot, consoleText, prebuilt, qemusIn } from './guest.ts';

describe.skipIf(!canBoot)('a machine that is reached by SSH', () => {
  let kernel: PrebuiltKernel;
  let board: Board;
  let settings: SshMachineSettings;
  beforeAll(async () => {
    kernel = await prebuilt();
    board = await startBoard('board', kernel.image);
    const kill =
      'for pid in /proc/[0-9]*; do [ "$(readlink $pid/cwd)" = "$1" ] && kill -9 "${pid#/proc/}"; done; true';
    settings = {
      ...{ host: '127.0.0.1', port: board.port, keyFile: board.keyFile, programs: kernel.guest.programs },
      console: ['tail', '-c', '+1', '-f', board.serial],
      power: ['sh', '-c', kill, 'power', board.directory],
    };
  });
  afterAll(() => board?.unplug());

  it('brings its programs, runs commands, has a console, and is left running', async () => {
    const machine = await sshMachine(settings).boot(kernel.image, bootOptions('board-use'));
    expect(machine.release).toBe(kernel.image.release);
    const { stdout } = await machine.exec(['ls', machine.programs]);
    expect(stdout).toContain('hammer');
    expect(await machine.taint()).toBe(0);
    expect(await machine.nmi()).toBe(true);
    for await (const chunk of machine.console) if (Buffer.from(chunk).includes('NMI backtrace')) break;
    expect(await machine.stop('clean', 'done')).toEqual({ reason: 'clean', detail: 'done' });
    expect(qemusIn(board.directory)).toHaveLength(1);
  });

  it('is power-cycled when it falls silent, and serves again', async () => {
    const limits = { rcuStall: 1, softLockup: 2, hungTask: 3, silence: 10 };
    const machine = await sshMachine(settings).boot(kernel.image, bootOptions('board-silence', { limits }));
    const [before] = qemusIn(board.directory);
    await machine.exec(['killall', '-STOP', 'dropbear'], { timeout: 1 });
    expect(await machine.ended).toMatchObject({ reason: 'hang', detail: 'no output and no answer for 10 s' });
    const again = await sshMachine(settings).boot(kernel.image, bootOptions('board-again'));
    expect(qemusIn(board.directory)).not.toContain(before);
    expect(await consoleText(machine.console)).toContain('Linux version');
    await again.stop('clean');
  });

  it('starts another kernel by a command, waits for it, and notices a wrong one', async () => {
    const restart = ['sh', '-c', 'echo b >/proc/sysrq-trigger'];
    const [before] = qemusIn(board.directory);
    const deploy = { kernel: '/tmp/kernel' };
    const machine = await sshMachine({ ...settings, deploy, restart }).boot(
      kernel.image,
      bootOptions('board-restart'),
    );
    expect(qemusIn(board.directory)).not.toContain(before);
    await machine.stop('clean');
    const other = { ...kernel.image, release: '5.10.223-spf' };
    await expect(sshMachine(settings).boot(other, bootOptions('board-other'))).rejects.toThrow('says 6.');
  });

  it('a machine that reboots by itself has panicked', async () => {
    const machine = await sshMachine(settings).boot(kernel.image, bootOptions('board-panic'));
    await machine.exec(['sh', '-c', 'echo c >/proc/sysrq-trigger'], { timeout: 5 });
    expect(await machine.ended).toEqual({ reason: 'panic', detail: 'the machine rebooted by itself' });
  });
});
