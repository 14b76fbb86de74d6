import type { Context } from '../../base/context.ts';
import { RigError } from '../../base/errors.ts';
import type { AddedFile } from '../../coverage/measure.ts';
import { parseDiff } from '../../source/diff/parse.ts';
import type { FileDiff } from '../../source/diff/types.ts';
import { git } from '../../source/git.ts';
import type { Tree } from '../../source/types.ts';

/** C files of the kernel proper: what runs on the host, or is text, executes nothing there. */
const kernelCode = /^(?!tools\/|scripts\/|samples\/|Documentation\/).*\.[ch]$/;

/** What a commit adds to its base, by file: lines that are new or were changed. */
export async function addedLines(
  { repository, commit }: Tree,
  tip: string,
  ctx: Context,
): Promise<AddedFile[]> {
  const argv = ['diff', '--no-ext-diff', '--no-renames', '--unified=0', commit, tip];
  const parsed = parseDiff(await git(argv, { ctx, repository, writes: repository }));
  if (!parsed.ok)
    throw new RigError(`git's own diff is not understood, line ${parsed.line}: ${parsed.reason}`);
  return parsed.files.flatMap((file) => {
    const lines = linesOf(file);
    const { newPath } = file;
    return newPath === null || !kernelCode.test(newPath) || lines.length === 0
      ? []
      : [{ path: newPath, lines }];
  });
}

function linesOf({ hunks }: FileDiff): AddedFile['lines'] {
  return hunks.flatMap(({ newStart, lines }) =>
    lines
      .filter((line) => line.startsWith('+'))
      .map((line, at) => ({ number: newStart + at, text: line.slice(1) })),
  );
}
