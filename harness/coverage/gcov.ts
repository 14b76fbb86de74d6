import { z } from 'zod';

/** What has entered a block and not left it yet, a thread that sleeps there, gcov counts as -1 behind it. */
const times = z
  .number()
  .int()
  .transform((count) => Math.max(count, 0));

/** What gcov(1) says with `--json-format --branch-probabilities`: format version 1, of GCC 9 and later. What else it says is ignored. */
const reportSchema = z.object({
  format_version: z.literal('1'),
  files: z.array(
    z.object({
      file: z.string(),
      lines: z.array(
        z.object({
          line_number: z.number().int().nonnegative(),
          count: times,
          branches: z.array(z.object({ count: times })),
        }),
      ),
    }),
  ),
});

/** How often a line was executed, and each way out of its conditions was taken. */
export interface LineCount {
  readonly count: number;
  readonly branches: readonly number[];
}

/** By file, then by line; only lines for which there is code. */
export type Counts = Map<string, Map<number, LineCount>>;

/**
 * Add what one object counted to what is known already. An inline function of a header is counted in every object that
 * has it, and a function in every boot.
 *
 * @param text one report of gcov.
 * @param pathOf the path in the kernel tree; undefined for a file that does not belong to it.
 * @throws ZodError or SyntaxError for anything but such a report.
 */
export function addReport(counts: Counts, text: string, pathOf: (file: string) => string | undefined): void {
  for (const { file, lines } of reportSchema.parse(JSON.parse(text)).files) {
    const path = pathOf(file);
    if (path === undefined) continue;
    const known = counts.get(path) ?? new Map<number, LineCount>();
    counts.set(path, known);
    for (const { line_number: number, count, branches } of lines) {
      const line = { count, branches: branches.map((branch) => branch.count) };
      known.set(number, sum(known.get(number), line));
    }
  }
}

/** Objects that were optimised differently may disagree about the ways out of a line: then all of them are kept. */
function sum(a: LineCount | undefined, b: LineCount): LineCount {
  if (a === undefined) return b;
  const count = a.count + b.count;
  if (a.branches.length !== b.branches.length) return { count, branches: [...a.branches, ...b.branches] };
  return { count, branches: a.branches.map((taken, at) => taken + (b.branches[at] ?? 0)) };
}
