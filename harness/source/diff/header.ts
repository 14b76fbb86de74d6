import { binary, blankPath, isBinary, quotedPath, withoutPrefix } from './line.ts';
import type { FileDiff, Problem } from './types.ts';

/** What the lines of a file's diff before its hunks say. */
export interface Header {
  oldPath: string | null;
  newPath: string | null;
  named: FileDiff['named'][number][];
  modes: FileDiff['modes'][number][];
  /** Something is changed already, without a hunk: a mode, a name, an empty file. */
  changes: boolean;
  /** First line after what was read. */
  next: number;
}

export type HeaderResult = { ok: true; header: Header } | ({ ok: false } & Problem);

const fail = (at: number, reason: string) => ({ ok: false as const, line: at + 1, reason });

const extended =
  /^(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|index) (.*)$/;

/** The `diff --git` line and the extended header lines after it (git-diff(1), "Generating patch text with -p"). */
export function readGitHeader(lines: readonly string[], start: number): HeaderResult {
  const first = lines[start] ?? '';
  if (first.includes('"')) return fail(start, quotedPath);
  const [, before, after] = /^diff --git (\S+) (\S+)$/.exec(first) ?? [];
  if (before === undefined || after === undefined) return fail(start, blankPath);
  for (const path of [before, after]) {
    if (!/^[a-z]\//.test(path))
      return fail(start, `"${path}" has no a/ or b/ before it (made with diff.noprefix?)`);
  }
  const header: Header = {
    oldPath: withoutPrefix(before),
    newPath: withoutPrefix(after),
    named: [before, after].map((path) => ({ path, line: start + 1 })),
    modes: [],
    changes: false,
    next: start + 1,
  };
  for (; header.next < lines.length; header.next++) {
    const line = lines[header.next] ?? '';
    if (isBinary(line)) return fail(header.next, binary);
    const [, what, value = ''] = extended.exec(line) ?? [];
    if (what === undefined) break;
    const reason = apply(header, what, value);
    if (reason !== undefined) return fail(header.next, reason);
  }
  return { ok: true, header };
}

function apply(header: Header, what: string, value: string): string | undefined {
  const line = header.next + 1;
  if (value.includes('"')) return quotedPath;
  switch (what) {
    case 'index': {
      const mode = /^[0-9a-f]+\.\.[0-9a-f]+ (\d+)$/.exec(value)?.[1];
      if (mode !== undefined) header.modes.push({ mode, line });
      return undefined;
    }
    case 'rename from':
    case 'copy from':
      if (value !== header.oldPath) return `"${value}" is not the file that the diff --git line names`;
      break;
    case 'rename to':
    case 'copy to':
      if (value !== header.newPath) return `"${value}" is not the file that the diff --git line names`;
      break;
    case 'new file mode':
      header.oldPath = null;
      header.modes.push({ mode: value, line });
      break;
    case 'deleted file mode':
      header.newPath = null;
      header.modes.push({ mode: value, line });
      break;
    case 'old mode':
    case 'new mode':
      header.modes.push({ mode: value, line });
      break;
  }
  header.changes = true;
  return undefined;
}

/** The `---` and `+++` lines at `start`, as the header of a plain diff. */
export function readPair(lines: readonly string[], start: number): HeaderResult {
  const header: Header = {
    oldPath: null,
    newPath: null,
    named: [],
    modes: [],
    changes: false,
    next: start + 2,
  };
  for (const at of [start, start + 1]) {
    const written = (lines[at] ?? '').slice(4);
    if (written.startsWith('"')) return fail(at, quotedPath);
    // git ends a name with blanks by a tab; old diffs put a time stamp after a tab or blanks.
    const path = (written.split('\t')[0] ?? '').replace(/ +\d{4}-\d\d-\d\d .*$/, '').trimEnd();
    if (/\s/.test(path)) return fail(at, blankPath);
    if (path === '/dev/null') continue;
    if (!path.includes('/'))
      return fail(at, `"${path}" has no directory before it (as a/ or linux/ in patch -p1)`);
    header.named.push({ path, line: at + 1 });
    if (at === start) header.oldPath = withoutPrefix(path);
    else header.newPath = withoutPrefix(path);
  }
  return { ok: true, header };
}
