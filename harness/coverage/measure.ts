import type { Counts, LineCount } from './gcov.ts';

/** What a series adds to a file: line numbers are those of the file with the series. */
export interface AddedFile {
  /** In the kernel tree. */
  readonly path: string;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

/** An added line; no code was made for a comment, a declaration, or what was configured out. */
export interface MeasuredLine {
  readonly number: number;
  readonly text: string;
  readonly code: LineCount | null;
}

export interface MeasuredFile {
  readonly path: string;
  readonly lines: readonly MeasuredLine[];
  /** One of its objects was in this kernel and told what it counted. */
  readonly counted: boolean;
}

export const measure = (added: readonly AddedFile[], counts: Counts): MeasuredFile[] =>
  added.map(({ path, lines }) => {
    const known = counts.get(path);
    const measured = lines.map((line) => ({ ...line, code: known?.get(line.number) ?? null }));
    return { path, lines: measured, counted: known !== undefined };
  });

export interface Figures {
  /** Lines with code, and those of them that were executed. */
  readonly lines: number;
  readonly executed: number;
  /** Ways out of conditions, and those of them that were taken. */
  readonly branches: number;
  readonly taken: number;
}

export function figuresOf(files: readonly MeasuredFile[]): Figures {
  const code = files.flatMap(({ lines }) => lines.flatMap((line) => line.code ?? []));
  const branches = code.flatMap((line) => line.branches);
  return {
    lines: code.length,
    executed: code.filter(({ count }) => count > 0).length,
    branches: branches.length,
    taken: branches.filter((count) => count > 0).length,
  };
}

/** Lines that have code and were never executed. */
export const notReached = ({ lines }: MeasuredFile): MeasuredLine[] =>
  lines.filter(({ code }) => code?.count === 0);
