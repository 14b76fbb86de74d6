/** An architecture is data: everything that differs between targets is a row here, never a branch elsewhere. */
export interface Arch {
  readonly id: ArchId;
  /** Which programs run on it. Variants of one architecture share their guest programs. */
  readonly userland: Userland;
  /**
   * What its kernels are called in the cache. A variant that only boots differently (another CPU, another MMU mode)
   * names the architecture whose kernels it boots.
   */
  readonly kernel: ArchId;
  /** Names of its configuration fragments under kernel-config/arch/, the later wins. */
  readonly fragments: readonly string[];
  /** `ARCH=` of the kernel's makefiles. */
  readonly kernelArch: string;
  /** Prefix of the cross toolchain, empty for none (`CROSS_COMPILE=`). */
  readonly crossCompile: string;
  /** Debian packages that provide the toolchain and the emulator. */
  readonly packages: { readonly toolchain: readonly string[]; readonly emulator: readonly string[] };
  /** What `make` is asked to build, and where the bootable file is, relative to the build directory. */
  readonly kernelTarget: string;
  readonly kernelImage: string;
  readonly qemu: {
    readonly binary: string;
    /** Machine, CPU and devices; without kernel, memory, CPUs, console and network. */
    readonly machine: readonly string[];
    readonly cpu: string;
    readonly consoleDevice: string;
    readonly networkDevice: string;
    /** What a kernel says first, where firmware talks on the console before it. */
    readonly firstWords?: string;
    /** Words for the kernel's command line that only this architecture knows. */
    readonly words?: readonly string[];
    /** And those that only an emulated one needs. */
    readonly emulatedWords?: readonly string[];
  };
  readonly byteOrder: 'little' | 'big';
  /** Page size in bytes of the default configuration. */
  readonly pageSize: number;
  /** What /proc/cpuinfo says of the MMU, where there is more than one kind. */
  readonly mmu?: 'Radix' | 'Hash';
  readonly wordBits: 64;
  /** Host architectures (`process.arch`) on which KVM may accelerate it. */
  readonly native: readonly string[];
  /** Configuration symbols that can be set here and have no effect, with why: `has no effect …`. */
  readonly ineffective?: Readonly<Record<string, string>>;
  /** Why an emulated machine may show what no real one would: a violation in memory is then not certain. */
  readonly emulationDoubt?: string;
  /** Set where emulation on a host with stronger ordering hides reorderings that the real machine does. */
  readonly weaklyOrdered?: true;
}

export type Userland = 'x86_64' | 'ppc64' | 'ppc64le';

/** `-4k` has 4 KiB pages where the default is 64 KiB; `-hash` the hashed page table where the default is Radix. */
export type ArchId = Userland | 'ppc64-4k' | 'ppc64-hash' | 'ppc64le-4k' | 'ppc64le-hash';
