import type { Arch } from '../../arch/index.ts';
import { limitWords } from '../limits.ts';
import type { Acceleration, Limits } from '../types.ts';

export interface QemuSettings {
  readonly arch: Arch;
  readonly kernel: string;
  readonly acceleration: Acceleration['kind'];
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly limits: Limits;
  /** The caller's words for the kernel. */
  readonly append: readonly string[];
  readonly debugStub: boolean;
}

/** Files in the machine's directory, where QEMU runs: relative, because a socket's path may have 108 bytes at most. */
export const files = {
  initramfs: 'initramfs.cpio',
  bootArchive: 'boot.cpio',
  qmp: 'qmp.sock',
  debugStub: 'gdb.sock',
  console: 'console.log',
  command: 'qemu.cmd',
  key: 'id_ed25519',
  registers: 'registers.txt',
} as const;

/**
 * Words of the kernel's command line. After a panic the kernel reboots at once, and QEMU, told not to reboot, ends:
 * that is how a panic is seen without reading the console.
 */
export function kernelWords(settings: QemuSettings): string[] {
  const { arch, acceleration, limits, append, debugStub } = settings;
  return [
    `console=${arch.qemu.consoleDevice}`,
    'panic=-1',
    'sysrq_always_enabled',
    'printk.time=1',
    ...limitWords(limits),
    ...(arch.qemu.words ?? []),
    ...(acceleration === 'tcg' ? (arch.qemu.emulatedWords ?? []) : []),
    ...(debugStub ? ['nokaslr'] : []),
    ...append,
  ];
}

/** Program and arguments, for a QEMU that runs in the machine's directory. */
export function qemuCommand(settings: QemuSettings): [string, ...string[]] {
  const { arch, acceleration, cpus, memoryMiB, kernel, debugStub } = settings;
  const { qemu } = arch;
  return [
    qemu.binary,
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...qemu.machine,
    ...['-cpu', qemu.cpu],
    ...['-accel', acceleration === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
    ...['-smp', String(cpus), '-m', `${memoryMiB}M`],
    ...['-kernel', kernel, '-initrd', files.initramfs],
    ...['-append', kernelWords(settings).join(' ')],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=qmp,path=${files.qmp},server=on,wait=off`, '-mon', 'chardev=qmp,mode=control'],
    // Port 0: the kernel picks a free one and QEMU tells which (`info usernet`), so no two guests ever ask for the same.
    ...[
      '-netdev',
      'user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22',
      '-device',
      `${qemu.networkDevice},netdev=net`,
    ],
    ...(debugStub
      ? ['-chardev', `socket,id=gdb,path=${files.debugStub},server=on,wait=off`, '-gdb', 'chardev:gdb']
      : []),
  ];
}

/** Host port of the guest's port 22, from the monitor's `info usernet`. */
export function forwardedPort(usernet: string): number | undefined {
  const match = /TCP\[HOST_FORWARD\]\s+\S+\s+\S+\s+(\d+)\s+\S+\s+22\b/.exec(usernet);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
