/** One hunk of a unified diff. Line numbers of files count from 1, those of the patch too. */
export interface Hunk {
  readonly header: string;
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  /** With their first character: space, `+`, `-`, or `\`. */
  readonly lines: readonly string[];
  /** Where the header stands in the patch. */
  readonly line: number;
}

/** The part of a diff about one file. */
export interface FileDiff {
  /** Without `a/` and `b/`; null for /dev/null. Both are set for a change, a rename and a copy. */
  readonly oldPath: string | null;
  readonly newPath: string | null;
  /** Every path as written, prefix included, with its place: what the safety rules look at. */
  readonly named: readonly { readonly path: string; readonly line: number }[];
  /** Every file mode as written (`100644`). */
  readonly modes: readonly { readonly mode: string; readonly line: number }[];
  /** All lines before the first hunk. */
  readonly header: readonly string[];
  readonly hunks: readonly Hunk[];
  readonly line: number;
}

/** Why a patch is not taken, and where. */
export interface Problem {
  readonly line: number;
  readonly reason: string;
}

export type Parsed =
  { readonly ok: true; readonly files: readonly FileDiff[] } | ({ readonly ok: false } & Problem);
