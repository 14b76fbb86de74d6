import { readGitHeader, readPair } from './header.ts';
import { parseHunk } from './hunk.ts';
import { isPair } from './line.ts';
import type { FileDiff, Hunk, Problem } from './types.ts';

/** The diff of one file, which begins at `start` with `diff --git` or with a `---`/`+++` pair. */
export function readSection(
  lines: readonly string[],
  start: number,
): { ok: true; file: FileDiff; next: number } | ({ ok: false } & Problem) {
  const fail = (at: number, reason: string) => ({ ok: false as const, line: at + 1, reason });
  const isGit = !isPair(lines, start);
  const read = isGit ? readGitHeader(lines, start) : readPair(lines, start);
  if (!read.ok) return read;
  let { header } = read;

  if (isGit && isPair(lines, header.next)) {
    const pair = readPair(lines, header.next);
    if (!pair.ok) return pair;
    if (pair.header.oldPath !== header.oldPath || pair.header.newPath !== header.newPath) {
      return fail(header.next, 'the --- and +++ lines do not name the file that the diff --git line names');
    }
    header = { ...pair.header, named: [...header.named, ...pair.header.named], modes: header.modes };
  } else if (isGit && !header.changes) {
    return fail(start, 'the diff of this file is cut: no hunks and no other change');
  } else if (!isGit && !nameOneFile(header)) {
    return fail(start, 'the --- and +++ lines do not name one file');
  }

  let next = header.next;
  if (isPair(lines, next - 2) && !(lines[next] ?? '').startsWith('@@ ')) {
    return fail(next, 'no hunk (@@) after the --- and +++ lines');
  }
  const hunks: Hunk[] = [];
  while ((lines[next] ?? '').startsWith('@@ ')) {
    const parsed = parseHunk(lines, next);
    if (!parsed.ok) return parsed;
    hunks.push(parsed.hunk);
    next += 1 + parsed.hunk.lines.length;
  }
  const { oldPath, newPath, named, modes } = header;
  const file = {
    oldPath,
    newPath,
    named,
    modes,
    header: lines.slice(start, header.next),
    hunks,
    line: start + 1,
  };
  return { ok: true, file, next };
}

function nameOneFile({ oldPath, newPath }: { oldPath: string | null; newPath: string | null }): boolean {
  if (oldPath === null || newPath === null) return oldPath !== newPath;
  return oldPath === newPath;
}
