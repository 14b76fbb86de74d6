import type { Arch } from '../arch/index.ts';

/** Where and with what one kernel is configured and built. */
export interface KernelMake {
  /** The kernel tree; it is only read. May be a symbolic link, see makeCommand(). */
  readonly source: string;
  /** `O=`: everything that make writes. */
  readonly buildDir: string;
  readonly arch: Arch;
  /** `CCACHE_DIR`; null to compile without ccache. */
  readonly ccacheDir: string | null;
  /** What `uname -r` ends with. */
  readonly localversion: string;
  /** More options for the compiler. */
  readonly flags?: readonly string[];
}

/**
 * The make command line.
 *
 * `abs_srctree` is overridden because the kernel's Makefile would resolve a symbolic link: building every variant of
 * the tree under one stable path is what lets ccache serve a file that two variants have in common. The prefix map
 * makes vmlinux say `mm/memory.c`, wherever it was built.
 *
 * ccache learns the headers from the compiler's own list (depend mode) instead of preprocessing every file once more: a
 * build from nothing takes as long as without it, and otherwise 30 % longer. The list leaves out system headers, which
 * only host programs include, so those are cached the other way.
 */
export function makeCommand(
  { source, buildDir, arch, ccacheDir, localversion, flags = [] }: KernelMake,
  targets: readonly string[],
): [string, ...string[]] {
  const compiler = `${arch.crossCompile}gcc`;
  const prefixMap = `-fdebug-prefix-map=${source}/= -fdebug-prefix-map=${buildDir}=.`;
  return [
    'make',
    '-C',
    source,
    `abs_srctree=${source}`,
    `O=${buildDir}`,
    `ARCH=${arch.kernelArch}`,
    `CROSS_COMPILE=${arch.crossCompile}`,
    `LOCALVERSION=${localversion}`,
    `KCFLAGS=${[prefixMap, ...flags].join(' ')}`,
    `KAFLAGS=${prefixMap}`,
    ...(ccacheDir === null ? [] : [`CC=ccache ${compiler}`, 'HOSTCC=env -u CCACHE_DEPEND ccache gcc']),
    ...targets,
  ];
}

/** Set by an outer make, a kernel developer's shell or a locale: they would change what is built. */
const disturbing =
  /^(?:MAKE\w*|MFLAGS|KBUILD_\w+|KCONFIG_\w+|K?C(?:PP)?FLAGS|KAFLAGS|LDFLAGS|ARCH|CROSS_COMPILE|LOCALVERSION|O|V|W|CCACHE_\w+|LANG\w*|LC_\w+)$/;

/** The environment for makeCommand(): the caller's without what would disturb, and fixed where builds would differ. */
export function makeEnvironment(
  { ccacheDir }: KernelMake,
  inherited: NodeJS.ProcessEnv,
): Record<string, string> {
  const kept = Object.entries(inherited).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !disturbing.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
    KBUILD_BUILD_USER: 'spf',
    KBUILD_BUILD_HOST: 'harness',
    ...(ccacheDir === null ? {} : { CCACHE_DIR: ccacheDir, CCACHE_DEPEND: '1' }),
  };
}

/** `SRCARCH` of the kernel's Makefile: the directory under arch/. */
export function sourceArch(kernelArch: string): string {
  const shared: Readonly<Record<string, string>> = {
    i386: 'x86',
    x86_64: 'x86',
    sparc32: 'sparc',
    sparc64: 'sparc',
  };
  return shared[kernelArch] ?? kernelArch;
}
