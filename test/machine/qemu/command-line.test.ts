import { execa } from 'execa';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { arches } from '../../../harness/arch/index.ts';
import { x86_64 } from '../../../harness/arch/x86_64.ts';
import { resolveLimits } from '../../../harness/machine/limits.ts';
import { forwardedPort, kernelWords, qemuCommand } from '../../../harness/machine/qemu/command-line.ts';
import { repeatScript } from '../../../harness/machine/qemu/repeat.ts';

const settings = {
  arch: x86_64,
  kernel: "/tmp/it's a kernel/bzImage",
  acceleration: 'tcg',
  cpus: 2,
  memoryMiB: 512,
  limits: resolveLimits({}, 'tcg'),
  append: ['watchdog_thresh=7', 'kasan_multi_shot'],
  debugStub: false,
} as const;

it("the caller's words come last, where they win", () => {
  const words = kernelWords(settings);
  expect(words.slice(-2)).toEqual(['watchdog_thresh=7', 'kasan_multi_shot']);
  expect(words.indexOf('watchdog_thresh=165')).toBeGreaterThan(0);
  expect(words).toContain('console=ttyS0');
  expect(words).toContain('panic=-1');
});

it('what emulation alone needs is said to an emulated kernel alone', () => {
  expect(kernelWords(settings)).toContain('no_timer_check');
  expect(kernelWords({ ...settings, acceleration: 'kvm' })).not.toContain('no_timer_check');
  // Under the hashed page table the kernel complains of it (setup_disable_tlbie(), arch/powerpc/mm/book3s64/pgtable.c).
  const told = (['ppc64', 'ppc64-4k', 'ppc64le', 'ppc64-hash', 'ppc64le-hash'] as const).filter((id) =>
    kernelWords({ ...settings, arch: arches[id] }).includes('disable_tlbie'),
  );
  expect(told).toEqual(['ppc64', 'ppc64-4k', 'ppc64le']);
});

it('the debug stub brings a kernel at fixed addresses', () => {
  expect(kernelWords(settings)).not.toContain('nokaslr');
  expect(kernelWords({ ...settings, debugStub: true })).toContain('nokaslr');
  expect(qemuCommand({ ...settings, debugStub: true })).toContain('-gdb');
});

it('the guest is reachable from this host alone and reaches nobody', () => {
  const network = qemuCommand(settings).find((word) => word.startsWith('user,'));
  expect(network).toBe('user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22');
});

it('qemu.cmd repeats the very arguments, with both parts of the initramfs', async () => {
  const directory = mkdtempSync(join(tmpdir(), "it's "));
  try {
    const base = join(directory, 'base.cpio');
    writeFileSync(base, 'base');
    writeFileSync(join(directory, 'boot.cpio'), 'boot');
    const [, ...words] = qemuCommand(settings);
    const script = repeatScript(directory, base, ['printf', '%s\\0', ...words]);
    const { stdout } = await execa('sh', ['-c', script]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    expect(readFileSync(join(directory, 'initramfs.cpio'), 'utf8')).toBe('baseboot');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('reads the port from what QEMU 7.2 says', () => {
  const usernet =
    'Hub 0 (#net):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n' +
    '  TCP[ESTABLISHED]   14       127.0.0.1 36838       10.0.2.15    22     0     0\r\n' +
    '  TCP[HOST_FORWARD]  13       127.0.0.1 45007       10.0.2.15    22     0     0\r\n';
  expect(forwardedPort(usernet)).toBe(45007);
  expect(forwardedPort('')).toBeUndefined();
});
