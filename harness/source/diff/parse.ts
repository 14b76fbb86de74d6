import { binary, isBinary, isPair } from './line.ts';
import { readSection } from './section.ts';
import type { FileDiff, Parsed } from './types.ts';

/**
 * The unified diffs in a text, strictly: git-diff(1)'s format, or plain `---`/`+++` pairs. Prose before, between and
 * after is skipped, exactly where `git apply` skips it (apply.c, find_header()); what looks like a diff and is not a
 * whole, plain one is a problem.
 *
 * @param text LF line ends; bytes as characters (latin1) or decoded, both do.
 */
export function parseDiff(text: string): Parsed {
  const lines = text.split('\n');
  const files: FileDiff[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const foreign = foreignFormat(lines, at);
    if (foreign !== undefined) return { ok: false, line: at + 1, reason: foreign };
    const isGit = line.startsWith('diff --git ');
    if (!isGit && !isPair(lines, at)) {
      at++;
      continue;
    }
    const section = readSection(lines, at);
    if (!section.ok) return section;
    files.push(section.file);
    at = section.next;
  }
  return files.length === 0 ? { ok: false, line: 1, reason: 'there is no diff in it' } : { ok: true, files };
}

/** The diff again, without the prose around it. */
export function formatDiff(files: readonly FileDiff[]): string {
  const lines = files.flatMap((file) => [
    ...file.header,
    ...file.hunks.flatMap((hunk) => [hunk.header, ...hunk.lines]),
  ]);
  return `${lines.join('\n')}\n`;
}

function foreignFormat(lines: readonly string[], at: number): string | undefined {
  const line = lines[at] ?? '';
  if (/^@@ -\d/.test(line)) return 'a hunk without the name of its file (---, +++) above it';
  if (/^diff --(cc|combined) /.test(line))
    return 'a combined diff of a merge; only plain unified diffs are taken';
  if (isBinary(line)) return binary;
  if (/^\*{15}/.test(line) && /^\*\*\* \d/.test(lines[at + 1] ?? '')) {
    return 'a context diff; only unified diffs (diff -u) are taken';
  }
  return undefined;
}
