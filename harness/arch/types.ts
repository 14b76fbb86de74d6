/** An architecture is data: everything that differs between targets is a row here, never a branch elsewhere. */
export interface Arch {
  readonly id: ArchId;
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
    /** Words for the kernel's command line that only this architecture knows. */
    readonly words?: readonly string[];
  };
  readonly byteOrder: 'little' | 'big';
  /** Page size in bytes of the default configuration. */
  readonly pageSize: number;
  readonly wordBits: 64;
  /** Host architectures (`process.arch`) on which KVM may accelerate it. */
  readonly native: readonly string[];
}

export type ArchId = 'x86_64' | 'ppc64' | 'ppc64le';
