import type { Arch } from './types.ts';

/** 64-bit Book3S under PAPR, big endian, 64 KiB pages, Radix: what differs for the others is in their rows. */
export const ppc64: Arch = {
  id: 'ppc64',
  userland: 'ppc64',
  kernel: 'ppc64',
  fragments: ['powerpc', 'ppc64'],
  kernelArch: 'powerpc',
  crossCompile: 'powerpc64-linux-gnu-',
  packages: {
    toolchain: ['gcc-powerpc64-linux-gnu', 'libc6-dev-ppc64-cross'],
    emulator: ['qemu-system-ppc'],
  },
  kernelTarget: 'vmlinux',
  kernelImage: 'vmlinux',
  qemu: {
    binary: 'qemu-system-ppc64',
    // TCG has none of the mitigations that a real machine's firmware reports; asked for, each is a warning.
    machine: ['-machine', 'pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off'],
    cpu: 'power9',
    consoleDevice: 'hvc0',
    networkDevice: 'virtio-net-pci,romfile=',
    // prom_init(), arch/powerpc/kernel/prom_init.c
    firstWords: 'Preparing to boot Linux',
    // Freed pages are filled and looked at where the kernel can (profile `kasan`): Radix has no DEBUG_PAGEALLOC in 5.10.
    words: ['page_poison=on'],
    // QEMU before 9.1 does not make tlbie wait for the other CPUs (check_tlb_flush(), target/ppc/helper_regs.c): one that
    // stands between ldarx and stdcx. may store by a translation that is gone. Without tlbie the kernel interrupts them.
    emulatedWords: ['disable_tlbie'],
  },
  byteOrder: 'big',
  pageSize: 65536,
  mmu: 'Radix',
  wordBits: 64,
  native: ['ppc64'],
  ineffective: {
    // __kernel_map_pages() of mm/book3s64/hash_utils.c returns at once for pages beyond linear_map_hash_count, which is 0
    DEBUG_PAGEALLOC: 'has no effect under the Radix MMU (pages are poisoned instead, page_poison=on)',
  },
  weaklyOrdered: true,
};

export const ppc64With4kPages: Arch = {
  ...ppc64,
  id: 'ppc64-4k',
  kernel: 'ppc64-4k',
  fragments: [...ppc64.fragments, 'pages-4k'],
  pageSize: 4096,
};

/** POWER8 knows no Radix, so the same kernel takes the hashed page table. */
export const hash = {
  qemu: {
    ...ppc64.qemu,
    // Left alone, pseries offers no page larger than 64 KiB, and so no huge ones (cap-hpt-max-page-size, hw/ppc/spapr_caps.c).
    machine: ppc64.qemu.machine.map((word) =>
      word.startsWith('pseries,') ? `${word},cap-hpt-max-page-size=16M` : word,
    ),
    cpu: 'power8',
    emulatedWords: [],
  },
  mmu: 'Hash',
  ineffective: {},
  emulationDoubt:
    'QEMU before 9.1 does not make a flush of the hashed page table wait for the other CPUs, so that one of them may access memory by a translation that is gone; on a real machine, or under Radix, it would be certain',
} satisfies Partial<Arch>;

export const ppc64WithHash: Arch = { ...ppc64, id: 'ppc64-hash', ...hash };
