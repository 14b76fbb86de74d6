import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Context } from '../../base/context.ts';
import { digestOf } from '../../base/digest.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { warningSchema } from '../../build/step-state.ts';

/** What is kept of a finished step, so that it is done once. */

export const keptBuildSchema = z.object({
  outcome: z.enum(['built', 'failed', 'not-offered']),
  words: z.array(z.string()),
  warnings: z.array(warningSchema),
  compiled: z.number(),
  present: z.array(z.string()),
  seconds: z.number(),
});

export const keptComplaintsSchema = z
  .array(
    z.object({
      kind: z.enum(['error', 'warning', 'check']),
      type: z.string().nullable(),
      line: z.number().nullable(),
      text: z.string(),
    }),
  )
  .nullable();

/**
 * The result of `work`, or what it was when the same things went into it.
 *
 * @param inputs all that the result depends on.
 * @param schema of the result; what does not fit is done again.
 */
export async function keptOr<T extends z.ZodType>(
  inputs: readonly unknown[],
  schema: T,
  ctx: Context,
  work: () => Promise<z.output<T>>,
): Promise<{ value: z.output<T>; kept: boolean }> {
  const key = digestOf(inputs);
  const file = join(ctx.cacheDir, 'build', 'each', 'steps', `${key}.json`);
  const read = schema.safeParse(await readJson(file));
  if (read.success) return { value: read.data, kept: true };
  const value = await work();
  await writeFileAtomic(file, `${JSON.stringify(value)}\n`);
  return { value, kept: false };
}

/** Undefined, which no schema here takes, for a file that is missing or torn. */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
