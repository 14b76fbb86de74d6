import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { x86_64 } from '../../../harness/arch/x86_64.ts';
import { localMachine } from '../../../harness/machine/local/machine.ts';
import type { Running } from '../../../harness/machine/types.ts';

const directory = mkdtempSync(join(tmpdir(), 'local-'));
afterAll(() => rmSync(directory, { recursive: true }));

function boot(signal = new AbortController().signal, wanted?: string): Promise<Running> {
  const image = { kernel: '', initramfs: '', ...(wanted === undefined ? {} : { release: wanted }) };
  const options = { arch: x86_64, cpus: 1, memoryMiB: 1, append: [], directory, signal };
  return localMachine('/programs').boot(image, options);
}

describe('localMachine', () => {
  it("is the host's kernel, and no other", async () => {
    const running = await boot(undefined, release());
    expect(running).toMatchObject({ release: release(), programs: '/programs', bootSeconds: 0 });
    expect(await running.taint()).toBe(Number(readFileSync('/proc/sys/kernel/tainted', 'utf8')));
    await running.stop('clean');
    await expect(boot(undefined, '5.10.0-other')).rejects.toThrow('not 5.10.0-other');
  });

  it('tells an exit code, a signal, a time limit and a missing program apart', async () => {
    const running = await boot();
    const plain = { stdout: '', stderr: '', timedOut: false, lost: false };
    expect(await running.exec(['sh', '-c', 'exit 7'])).toEqual({ ...plain, exitCode: 7, signal: null });
    expect(await running.exec(['sh', '-c', 'kill -SEGV $$'])).toEqual({
      ...plain,
      exitCode: null,
      signal: 'SEGV',
    });
    const late = await running.exec(['sh', '-c', 'sleep 1000 & sleep 1000'], { timeout: 0.05 });
    expect(late).toEqual({ ...plain, exitCode: null, signal: 'KILL', timedOut: true });
    expect(await running.exec(['/does/not/exist'])).toMatchObject({ exitCode: 127, lost: false });
    await running.stop('clean');
  });

  it('gives input, and output as it is or as it comes', async () => {
    const running = await boot();
    const input = Buffer.from([0, 1, 255, 10]);
    const chunks: Uint8Array[] = [];
    const streamed = await running.exec(['cat'], { input, onStdout: (chunk) => chunks.push(chunk) });
    expect(Buffer.concat(chunks)).toEqual(input);
    expect(streamed.stdout).toBe('');
    expect((await running.exec(['cat'], { input: 'a\n\n' })).stdout).toBe('a\n\n');
    await running.stop('clean');
  });

  it('a command that is running when the machine is stopped is lost, and so is every later one', async () => {
    const running = await boot();
    const exec = running.exec(['sleep', '1000']);
    expect(await running.stop('limit', 'enough')).toEqual({ reason: 'limit', detail: 'enough' });
    expect(await exec).toMatchObject({ lost: true, timedOut: false });
    expect(await running.exec(['true'])).toMatchObject({ lost: true });
    expect(await running.stop('clean')).toEqual({ reason: 'limit', detail: 'enough' });
  });

  it('ends as cancelled when the caller aborts', async () => {
    const controller = new AbortController();
    const running = await boot(controller.signal);
    controller.abort();
    expect((await running.ended).reason).toBe('cancelled');
  });

  it('copies files, and says when it cannot', async () => {
    const running = await boot();
    const [a, b] = [join(directory, 'a'), join(directory, 'b')];
    writeFileSync(a, 'content');
    await running.put(a, b);
    expect(readFileSync(b, 'utf8')).toBe('content');
    await expect(running.get('/does/not/exist', a)).rejects.toThrow('cannot copy');
    await running.stop('clean');
  });
});
