import type { Arch } from '../arch/index.ts';
import type { DroppedSymbol } from '../kconfig/compare.ts';
import type { Warning } from './kernel-warnings.ts';

export interface KernelRequest {
  /** A kernel tree that nobody changes while it is built; `key` names its content. */
  readonly tree: { readonly directory: string; readonly key: string };
  readonly arch: Arch;
  /** A file of kernel-config/profiles/, without `.config`. */
  readonly profile: string;
  /** For people and for `uname -r`: the series' name, or `base`. */
  readonly label: string;
  /** Symbols that the series brings and that must become y. */
  readonly symbols?: readonly string[];
  /** Symbols that the series brings and that must stay n. */
  readonly symbolsOff?: readonly string[];
  /** Further configuration fragments, absolute paths. */
  readonly extraFragments?: readonly string[];
  /**
   * Compile only what changed since the last build of this kind: `tree.directory` is one and the same directory, whose files
   * are those that differ and no others newer. For many kernels that differ little.
   */
  readonly incremental?: boolean;
  /**
   * Source files of which it is asked what is executed, by their paths in the tree; the profile has GCOV_PROFILE_ALL. What
   * gcov needs to read the counts of their objects is kept beside the kernel.
   */
  readonly counted?: readonly string[];
  /** `key` of the tree without the series: its compiler warnings, when it was built, are compared with. */
  readonly baseKey?: string;
}

export interface BuiltKernel {
  /** Names all that went in: tree, asked configuration, toolchain, architecture. sha256 in hex. */
  readonly key: string;
  /** Absolute, as all paths here. */
  readonly directory: string;
  readonly image: string;
  /** With line tables, paths relative to the kernel tree. */
  readonly vmlinux: string;
  readonly config: string;
  readonly systemMap: string;
  readonly log: string;
  /** What `uname -r` answers on it. */
  readonly release: string;
  readonly arch: string;
  readonly profile: string;
  readonly compiler: string;
  readonly configHash: string;
  /** Its `.config`: value by symbol. */
  readonly settings: ReadonlyMap<string, string>;
  readonly symbols: {
    readonly asked: number;
    readonly got: number;
    readonly dropped: readonly DroppedSymbol[];
  };
  readonly warnings: readonly Warning[];
  /** What the series adds; null, with the reason in `comparison`, when there was no base to compare with. */
  readonly addedWarnings: readonly Warning[] | null;
  readonly comparison: string;
  /** Seconds that the build took when it was built. */
  readonly seconds: number;
  readonly cached: boolean;
}
