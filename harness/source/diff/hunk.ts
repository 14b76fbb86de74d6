import type { Hunk, Problem } from './types.ts';

const header = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/** How many lines of the old and new file a line of a hunk is. An empty one is context whose blank a mailer dropped. */
const effects: Readonly<Record<string, { old: number; new: number }>> = {
  ' ': { old: 1, new: 1 },
  '-': { old: 1, new: 0 },
  '+': { old: 0, new: 1 },
  '\\': { old: 0, new: 0 },
};

/** The hunk whose header is `lines[start]`; the counts in the header say where it ends, whatever its lines look like. */
export function parseHunk(
  lines: readonly string[],
  start: number,
): { ok: true; hunk: Hunk } | ({ ok: false } & Problem) {
  const fail = (at: number, reason: string) => ({ ok: false as const, line: at + 1, reason });
  const text = lines[start] ?? '';
  const numbers = header.exec(text);
  if (!numbers) return fail(start, `not a hunk header: ${text}`);
  const [oldStart = 0, oldCount = 1, newStart = 0, newCount = 1] = numbers
    .slice(1)
    .map((number) => (number === undefined ? undefined : Number(number)));

  let [oldLeft, newLeft] = [oldCount, newCount];
  let at = start + 1;
  for (; oldLeft > 0 || newLeft > 0; at++) {
    const line = lines[at];
    // The text's own last newline leaves one empty string behind; it is no line.
    if (line === undefined || (line === '' && at === lines.length - 1)) {
      return fail(start, `the hunk is cut: ${oldLeft} old and ${newLeft} new lines are missing`);
    }
    const effect = effects[line[0] ?? ' '];
    if (effect === undefined) {
      return fail(at, 'a line of a hunk begins with none of blank, +, - and \\ (wrapped by a mailer?)');
    }
    oldLeft -= effect.old;
    newLeft -= effect.new;
    if (oldLeft < 0 || newLeft < 0) return fail(at, 'the hunk has other lines than its header counts');
  }
  if ((lines[at] ?? '').startsWith('\\ ')) at++;
  const hunk = {
    header: text,
    oldStart,
    oldCount,
    newStart,
    newCount,
    lines: lines.slice(start + 1, at),
    line: start + 1,
  };
  return { ok: true, hunk };
}
