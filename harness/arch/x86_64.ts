import type { Arch } from './types.ts';

export const x86_64: Arch = {
  id: 'x86_64',
  userland: 'x86_64',
  kernel: 'x86_64',
  fragments: ['x86_64'],
  kernelArch: 'x86_64',
  crossCompile: '',
  packages: { toolchain: ['gcc', 'libc6-dev'], emulator: ['qemu-system-x86'] },
  kernelTarget: 'bzImage',
  kernelImage: 'arch/x86/boot/bzImage',
  qemu: {
    binary: 'qemu-system-x86_64',
    machine: ['-machine', 'q35'],
    // Protection keys; they need XSAVE, and QEMU offers its CPUID leaf only with one of its features.
    cpu: 'qemu64,+xsave,+xgetbv1,+pku',
    consoleDevice: 'ttyS0',
    // Without a boot ROM: Debian has those in a package of their own, and QEMU does not start when it is missing.
    networkDevice: 'virtio-net-pci,romfile=',
    // An injected NMI then panics with a stack, which is all that a CPU with interrupts off can still say.
    words: ['unknown_nmi_panic'],
    // A host that is busy keeps the timer waiting, and check_timer(), arch/x86/kernel/apic/io_apic.c, panics.
    emulatedWords: ['no_timer_check'],
  },
  byteOrder: 'little',
  pageSize: 4096,
  wordBits: 64,
  native: ['x64'],
};
