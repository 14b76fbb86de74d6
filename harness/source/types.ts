/** A kernel tree in the cache: a commit of the shared repository, which holds every base once. */
export interface Tree {
  /** As it was asked for: `debian:5.10`, `git:…#ref`, … */
  readonly spec: string;
  /** Absolute path of the bare repository. */
  readonly repository: string;
  /** Full id of the commit; for bases that were no commit, it depends on the content alone. */
  readonly commit: string;
  /** `5.10.223-1` of a Debian package, `5.10.223` of a tarball, `5.10.223-g0123456789ab` of a git tree or directory. */
  readonly version: string;
  /** Who gave the files: mirror and suite, URL, or path. The cache remembers it. */
  readonly servedBy: string;
}

export interface Patch {
  /** Counts from 1 in the series' own numbering (`[PATCH 21/31]`). */
  readonly number: number;
  readonly title: string;
  /** File name in the series; `name.mbox:3` for the third message of a mailbox. */
  readonly file: string;
  /** Of the bytes as they came. */
  readonly sha256: string;
  /** The whole patch for people: message and diff, LF, mail encodings undone. */
  readonly text: string;
  readonly author: { readonly name: string; readonly email: string };
  /** The commit message under the title; may be empty. */
  readonly message: string;
  /** The diff that was checked, and nothing else of the file: what `git apply` is given. */
  readonly diff: Uint8Array;
}

/** What a series says of itself in series.yaml; a plan may say otherwise. */
export interface SeriesFacts {
  /** The base that it was made for, as a tree spec. */
  readonly base?: string;
  /** Its Kconfig symbol, without `CONFIG_`. */
  readonly symbol?: string;
  /** Its field of /proc/vmstat. */
  readonly counter?: string;
  /** Its `config` of a PERF_TYPE_SOFTWARE event (perf_event_open(2)). */
  readonly perfEvent?: number;
  /** Rules of the eligibility model that it brings. */
  readonly rules?: readonly string[];
  /** Its switch, as sysctl(8) names it (`vm.speculative_page_fault`). */
  readonly sysctl?: string;
}

export interface Series extends SeriesFacts {
  readonly name: string;
  readonly title?: string;
  readonly patches: readonly Patch[];
  /** KCIDB's patchset_hash. */
  readonly hash: string;
}

/** A checked-out tree with series applied. Read it, build from it out of tree, never edit it. */
export interface Worktree {
  /** Absolute, and the same for the same key. */
  readonly directory: string;
  readonly commit: string;
  /** 16 hex digits that follow from the base commit and the hashes of the series. */
  readonly key: string;
}
