import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrebuiltKernel } from '../../harness/build/debian/kernel.ts';
import { qemuMachine } from '../../harness/machine/qemu/machine.ts';
import type { Running } from '../../harness/machine/types.ts';
import { bootOptions, canBoot, consoleText, ctx, directoryFor, prebuilt, qemusIn } from './guest.ts';

describe.skipIf(!canBoot)('a guest with a real kernel', () => {
  const options = bootOptions('commands');
  let kernel: PrebuiltKernel;
  let guest: Running;
  beforeAll(async () => {
    kernel = await prebuilt();
    guest = await qemuMachine(ctx).boot(kernel.image, options);
  });
  afterAll(async () => void (await guest?.stop('cancelled')));

  it('runs the kernel that was meant, with the limits of its acceleration', async () => {
    expect(guest.release).toBe(kernel.image.release);
    const factor = guest.acceleration.kind === 'tcg' ? 3 : 1;
    const thresholds = ['kernel/hung_task_timeout_secs', 'kernel/watchdog_thresh'].map(
      (name) => `/proc/sys/${name}`,
    );
    const { stdout } = await guest.exec(['cat', ...thresholds]);
    expect(stdout.trim().split('\n').map(Number)).toEqual([140 * factor, 55 * factor]);
  });

  it('arguments arrive as they are', async () => {
    const argv = ["it's", '$HOME', '*', '', 'a\nb', '-n'];
    const { stdout } = await guest.exec(['printf', '%s|', ...argv]);
    expect(stdout).toBe(argv.map((argument) => `${argument}|`).join(''));
  });

  it('tells an exit code, a signal, a time limit and a missing program apart', async () => {
    expect(await guest.exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({
      ...{ exitCode: 7, signal: null, stdout: 'out\n', stderr: 'err\n', timedOut: false, lost: false },
    });
    expect(await guest.exec(['sh', '-c', 'kill -SEGV $$'])).toMatchObject({ exitCode: null, signal: 'SEGV' });
    expect(await guest.exec(['no-such-program'])).toMatchObject({ exitCode: 127, lost: false });
    const late = { exitCode: null, signal: 'KILL', timedOut: true, lost: false };
    expect(await guest.exec(['sleep', '1000'], { timeout: 0.5 })).toMatchObject(late);
    expect(await guest.exec(['sleep', '1000'], { timeout: 0.5, input: 'x' })).toMatchObject(late);
    const controller = new AbortController();
    const aborted = guest.exec(['sleep', '1000'], { signal: controller.signal });
    controller.abort();
    expect((await aborted).exitCode).toBeNull();
    expect((await guest.exec(['pidof', 'sleep'])).stdout).toBe('');
  });

  it('streams what a command says and feeds it what it reads', async () => {
    const input = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
    const chunks: Uint8Array[] = [];
    const { stdout } = await guest.exec(['cat'], { input, onStdout: (chunk) => chunks.push(chunk) });
    expect(Buffer.concat(chunks).equals(input)).toBe(true);
    expect([stdout, chunks.length > 1]).toEqual(['', true]);
  });

  it('many commands at once do not mix', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => `${index}`);
    const results = await Promise.all(numbers.map((number) => guest.exec(['echo', number])));
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(numbers);
  });

  it('copies files both ways, permissions on the way in', async () => {
    const directory = directoryFor('files');
    const [local, back] = [join(directory, 'there'), join(directory, 'back')];
    writeFileSync(local, Buffer.from([0, 255, 10, 13, 7]), { mode: 0o751 });
    await guest.put(local, '/tmp/a file');
    expect((await guest.exec(['stat', '-c', '%a', '/tmp/a file'])).stdout).toBe('751\n');
    await guest.get('/tmp/a file', back);
    expect(readFileSync(back)).toEqual(readFileSync(local));
    await expect(guest.get('/no/such/file', back)).rejects.toThrow('No such file');
    await expect(guest.put(local, '/no/such/directory/x')).rejects.toThrow('cannot put');
  });

  it('has the guest programs, the file systems and nothing on the console but the kernel', async () => {
    const { stdout: programs } = await guest.exec(['ls', guest.programs]);
    const { stdout: mounts } = await guest.exec(['cat', '/proc/mounts']);
    expect(programs.trim().split('\n').sort()).toEqual(programsOf(kernel));
    for (const type of ['proc', 'sysfs', 'devtmpfs', 'tracefs', 'debugfs'])
      expect(mounts).toContain(` ${type} `);
    const said = readFileSync(join(options.directory, 'console.log'), 'latin1');
    const lines = said.slice(said.indexOf('Linux version')).split('\r\n').slice(1);
    expect(lines.filter((line) => line !== '' && !/^\[ *\d+\.\d+\]/.test(line))).toEqual([]);
  });

  it('is not tainted, and shows all its stacks when asked', async () => {
    expect(await guest.taint()).toBe(0);
    expect(await guest.nmi()).toBe(true);
    expect(readFileSync(join(options.directory, 'console.log'), 'latin1')).toContain(
      'NMI backtrace for cpu 1',
    );
  });

  it('powers off when asked, leaving the command that boots it again', async () => {
    const everything = consoleText(guest.console);
    expect(await guest.stop('clean')).toEqual({ reason: 'clean', detail: 'powered off as asked' });
    expect(await guest.stop('limit')).toMatchObject({ reason: 'clean' });
    expect(await everything).toContain('reboot: Power down');
    expect(await guest.exec(['true'])).toMatchObject({ lost: true, exitCode: null });
    expect(qemusIn(options.directory)).toEqual([]);
    expect(readFileSync(join(options.directory, 'qemu.cmd'), 'utf8')).toContain(kernel.image.kernel);
    expect(statSync(join(options.directory, 'id_ed25519')).mode & 0o777).toBe(0o600);
  });
});

function programsOf({ guest }: PrebuiltKernel): string[] {
  return readdirSync(guest.programs).sort();
}
