/** A line of a Kconfig file, continuations joined, help texts gone. */
export interface LogicalLine {
  readonly text: string;
  readonly number: number;
}

/**
 * Splits a Kconfig file. A help text begins with its first line's indentation and ends with the first line that is
 * indented less (scripts/kconfig/lexer.l, state HELP); tabs reach to the next multiple of eight.
 */
export function logicalLines(text: string): LogicalLine[] {
  const lines = text.split('\n');
  const result: LogicalLine[] = [];
  let i = 0;
  while (i < lines.length) {
    const number = i + 1;
    let line = lines[i++] ?? '';
    while (line.endsWith('\\') && i < lines.length) line = line.slice(0, -1) + (lines[i++] ?? '');
    if (/^\s*(?:help|---help---)\s*$/.test(line)) i = endOfHelp(lines, i);
    else if (!/^\s*(?:#|$)/.test(line)) result.push({ text: line.trim(), number });
  }
  return result;
}

function endOfHelp(lines: readonly string[], start: number): number {
  let first: number | undefined;
  let i = start;
  for (; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.trim() === '') continue;
    const indent = indentation(line);
    first ??= indent;
    if (indent === 0 || indent < first) break;
  }
  return i;
}

function indentation(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === '\t') columns = (columns & ~7) + 8;
    else if (character === ' ') columns++;
    else break;
  }
  return columns;
}
