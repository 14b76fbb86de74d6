import { execa } from 'execa';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { arches } from '../../harness/arch/index.ts';
import { RigError } from '../../harness/base/errors.ts';
import type { PrebuiltKernel } from '../../harness/build/debian/kernel.ts';
import { qemuMachine } from '../../harness/machine/qemu/machine.ts';
import { checkHistory } from '../../harness/model/history/check.ts';
import { findWorkload } from '../../harness/workload/catalogue.ts';
import { readHistory } from '../../harness/workload/history/reader.ts';
import { launchWorkload } from '../../harness/workload/launch.ts';
import { bootOptions, canBootOn, consoleText, ctx, directoryFor, prebuilt, qemusIn } from './guest.ts';

/** Debian's ppc64le kernel needs no build; its cross compiler, for the guest programs, comes with `make powerpc`. */
const { ppc64le, 'ppc64le-hash': hash } = arches;

describe.skipIf(!canBootOn(ppc64le))('powerpc', () => {
  let kernel: PrebuiltKernel;
  beforeAll(async () => void (kernel = await prebuilt(ppc64le)));
  const boot = (name: string, arch = ppc64le) =>
    qemuMachine(ctx).boot(kernel.image, bootOptions(name, { arch, memoryMiB: 1024 }));

  it.each([ppc64le, hash])(
    '$id: the MMU that was meant, 64 KiB pages, and a history that the model explains',
    async (arch) => {
      const options = bootOptions(`hammer-${arch.id}`, { arch, memoryMiB: 1024 });
      const guest = await qemuMachine(ctx).boot(kernel.image, options);
      const { stdout } = await guest.exec(['grep', 'MMU', '/proc/cpuinfo']);
      expect(stdout).toContain(arch.mmu);
      const { directory, signal } = options;
      const { exec, historyFile } = await launchWorkload(guest, findWorkload('hammer'), {
        ...{ seed: 7, duration: 2, directory, signal },
      });
      expect(exec).toMatchObject({ exitCode: 0, lost: false });
      const history = await readHistory(historyFile ?? '');
      const { header } = history;
      expect(header).toMatchObject({ byteOrder: 'little', pageSize: 65536, release: guest.release });
      const { violations, stats } = checkHistory(history);
      expect(violations).toEqual([]);
      expect(stats.accesses).toBeGreaterThan(100);
      expect(await guest.nmi()).toBe(true);
      expect(await guest.stop('clean')).toMatchObject({ reason: 'clean' });
    },
  );

  it('a panic is the kernel’s, in its own words', async () => {
    const guest = await boot('ppc-panic');
    await guest.exec(['sh', '-c', 'echo c >/proc/sysrq-trigger']);
    const end = await guest.ended;
    expect(end.reason).toBe('panic');
    expect(end.detail).toContain('Kernel panic - not syncing: sysrq triggered crash');
    expect(await consoleText(guest.console)).toContain('Call Trace:');
  });

  it('a killed QEMU is the rig’s', async () => {
    const options = bootOptions('ppc-lost', { arch: ppc64le, memoryMiB: 1024 });
    const guest = await qemuMachine(ctx).boot(kernel.image, options);
    for (const pid of qemusIn(options.directory)) process.kill(pid, 'SIGKILL');
    expect(await guest.ended).toMatchObject({ reason: 'lost' });
  });

  it('a firmware that does not hand over is the rig’s, and says its last words', async () => {
    // An ELF file of this machine that is no kernel: the firmware starts it, and no kernel ever speaks.
    const loop = join(directoryFor('ppc-loop'), 'loop');
    const flags = ['-nostdlib', '-static', '-Wl,-N,-Ttext=0', '-x', 'c', '-', '-o', loop];
    await execa(`${ppc64le.crossCompile}gcc`, flags, { input: 'void _start(void) { for (;;); }' });
    const image = { ...kernel.image, kernel: loop };
    const limits = { boot: 6, rcuStall: 1, softLockup: 2, hungTask: 3, silence: 4 };
    const failed = qemuMachine(ctx).boot(image, bootOptions('ppc-firmware', { arch: ppc64le, limits }));
    await expect(failed).rejects.toThrow(RigError);
    await expect(failed).rejects.toThrow('the firmware');
  });
});
