import { z } from 'zod';
import type { MeasuredFile, MeasuredLine } from './measure.ts';
import { notReached } from './measure.ts';

const text = z.string().trim().min(1);

/** Why lines that the series adds are not reached: kernel-config/not-reached.yaml. Lines are named by their text, which outlives their number. */
export const explanationsSchema = z.array(
  z.strictObject({
    file: text,
    /** Each the whole line without the blanks around it. */
    lines: z.array(text).min(1),
    /** What would reach them, or why nothing can. */
    why: text,
    /** Architectures for which it holds; all when left out. */
    arch: z.array(text).min(1).optional(),
  }),
);
export type Explanation = z.output<typeof explanationsSchema>[number];

/** Why a line is not reached; undefined when nobody has said. */
export function explain(
  explanations: readonly Explanation[],
  arch: string,
  path: string,
  line: Pick<MeasuredLine, 'text'>,
): string | undefined {
  return explanations.find(
    (one) =>
      one.file === path &&
      (one.arch === undefined || one.arch.includes(arch)) &&
      one.lines.includes(line.text.trim()),
  )?.why;
}

/** Explanations of lines that are reached by now, or gone: each named, so that none outlives its reason. */
export function outdated(
  explanations: readonly Explanation[],
  arch: string,
  files: readonly MeasuredFile[],
): string[] {
  return explanations
    .filter((one) => one.arch === undefined || one.arch.includes(arch))
    .flatMap(({ file, lines }) => {
      const measured = files.find(({ path }) => path === file);
      if (measured?.counted !== true) return [];
      const unreached = new Set(notReached(measured).map((line) => line.text.trim()));
      return lines.filter((line) => !unreached.has(line)).map((line) => `${file}: ${line}`);
    });
}
