import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { RigError } from '../../harness/base/errors.ts';
import type { PrebuiltKernel } from '../../harness/build/debian/kernel.ts';
import { qemuMachine } from '../../harness/machine/qemu/machine.ts';
import { BootFailure, type BootOptions, type Image, type Running } from '../../harness/machine/types.ts';
import { bootOptions, canBoot, consoleText, ctx, prebuilt, qemusIn } from './guest.ts';

/** How a guest can end: each way is provoked for real and must be told from the others. */
describe.skipIf(!canBoot)('the end of a guest', () => {
  let kernel: PrebuiltKernel;
  beforeAll(async () => void (kernel = await prebuilt()));
  const boot = (options: BootOptions, image: Image = kernel.image): Promise<Running> =>
    qemuMachine(ctx).boot(image, options);

  it('panic, when the kernel panics under a command, with the panic in its own words', async () => {
    const options = bootOptions('panic');
    const guest = await boot(options);
    const crash = await guest.exec(['sh', '-c', 'echo c >/proc/sysrq-trigger']);
    expect(crash).toMatchObject({ lost: true, exitCode: null });
    const end = await guest.stop('clean');
    expect(end.reason).toBe('panic');
    expect(end.detail).toContain('Kernel panic - not syncing: sysrq triggered crash');
    expect(await consoleText(guest.console)).toContain('Call Trace:');
    expect(qemusIn(options.directory)).toEqual([]);
  });

  it('lost, when QEMU is killed from outside', async () => {
    const options = bootOptions('lost');
    const guest = await boot(options);
    const command = guest.exec(['sleep', '1000']);
    for (const pid of qemusIn(options.directory)) process.kill(pid, 'SIGKILL');
    expect(await guest.ended).toMatchObject({ reason: 'lost' });
    expect((await guest.ended).detail).toContain('SIGKILL');
    expect(await command).toMatchObject({ lost: true });
  });

  it('lost, when something in the guest powers it off', async () => {
    const guest = await boot(bootOptions('power-off'));
    await guest.exec(['kill', '-TERM', '1']);
    expect(await guest.ended).toMatchObject({
      reason: 'lost',
      detail: 'the guest powered off and nobody had asked',
    });
  });

  it('hang, when nothing answers any more, with all stacks on the console', async () => {
    const limits = { rcuStall: 1, softLockup: 2, hungTask: 3, silence: 4 };
    const options = bootOptions('hang', { limits });
    const guest = await boot(options);
    // A server that is stopped answers as little as one whose kernel hangs.
    await guest.exec(['killall', '-STOP', 'dropbear'], { timeout: 1 }).catch(() => undefined);
    const end = await guest.ended;
    expect(end).toMatchObject({ reason: 'hang' });
    expect(end.detail).toContain('no output and no answer');
    const said = await consoleText(guest.console);
    expect(said).toContain('sysrq: Show backtrace of all active CPUs');
    expect(said).toContain('sysrq: Show State');
    expect(readFileSync(join(options.directory, 'registers.txt'), 'utf8')).toContain('CPU#1');
  });

  it('cancelled, when the caller aborts, while it runs and while it boots', async () => {
    const running = new AbortController();
    const guest = await boot(bootOptions('cancel-running', { signal: running.signal }));
    running.abort();
    expect(await guest.ended).toMatchObject({ reason: 'cancelled' });

    const booting = new AbortController();
    const options = bootOptions('cancel-booting', { signal: booting.signal });
    const up = boot(options);
    await vi.waitUntil(() => qemusIn(options.directory).length > 0, { timeout: 60_000 });
    booting.abort();
    await expect(up).rejects.toMatchObject({ name: 'CancelledError' });
    expect(qemusIn(options.directory)).toEqual([]);
  });

  it('is a BootFailure when the kernel panics before commands can run', async () => {
    const options = bootOptions('no-init', { append: ['rdinit=/nothing', 'init=/nothing'] });
    const failure: unknown = await boot(options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BootFailure);
    expect((failure as BootFailure).end).toMatchObject({ reason: 'panic' });
    expect((failure as BootFailure).message).toContain('Kernel panic - not syncing');
  });

  it('is the rig, when the guest has no network driver', async () => {
    const image = { kernel: kernel.image.kernel, initramfs: kernel.guest.initramfs };
    const failure: unknown = await boot(bootOptions('no-driver'), image).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RigError);
    expect((failure as Error).message).toContain('no network device eth0');
  });

  it('is the rig, when another kernel answers than the one that was meant', async () => {
    const options = bootOptions('release');
    const image = { ...kernel.image, release: '5.10.223-spf' };
    await expect(boot(options, image)).rejects.toThrow('says 6.');
    expect(qemusIn(options.directory)).toEqual([]);
  });

  it('no QEMU is left when the harness is killed with SIGKILL', async () => {
    const options = bootOptions('killed');
    const script = join(import.meta.dirname, 'boot-and-wait.ts');
    const harness = execa(process.execPath, [script, options.directory], { reject: false });
    await new Promise((resolve) => harness.stdout.once('data', resolve));
    expect(qemusIn(options.directory)).toHaveLength(1);
    harness.kill('SIGKILL');
    await harness;
    await vi.waitUntil(() => qemusIn(options.directory).length === 0, { timeout: 60_000 });
  });
});
