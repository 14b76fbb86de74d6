import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../base/disk.ts';
import { RigError } from '../base/errors.ts';
import { rowSchema } from '../verdict/bench/compare.ts';
import { publishedFiguresSchema } from '../verdict/bench/published.ts';
import { verdictSchema } from '../verdict/words.ts';
import { jobRecordSchema, kernelRecordSchema, runRecordSchema } from './record.ts';

/** The record of a benchmark (`bench.json`): every boot as a job's record, and what they come to. */
export const benchRecordSchema = z.object({
  schema: z.literal('spf-harness/bench/1'),
  ...runRecordSchema.pick({
    runId: true,
    plan: true,
    startedAt: true,
    seconds: true,
    harness: true,
    host: true,
  }).shape,
  seed: z.number().int().nonnegative(),
  /** Boots of each kernel that were asked for. */
  rounds: z.number().int().positive(),
  /** Seconds that each scene was measured, after a fifth as long of warming up. */
  duration: z.number().positive(),
  guestCpus: z.number().int().positive(),
  /** The first is the base of all ratios. */
  variants: z.array(z.object({ id: z.string(), series: z.array(z.string()), kernel: kernelRecordSchema })),
  scenes: z.array(z.object({ id: z.string(), title: z.string(), control: z.boolean() })),
  boots: z.array(
    z.object({
      variant: z.string(),
      /** From 0; boots of one round are compared with each other. */
      round: z.number().int().nonnegative(),
      /** Load average of the host over the minute before. */
      load: z.number().nonnegative(),
      /** Whether its figures went into the rows: it ended well and nothing was found. */
      counted: z.boolean(),
      job: jobRecordSchema,
    }),
  ),
  rows: z.array(rowSchema),
  published: z.array(publishedFiguresSchema),
  verdict: verdictSchema,
});
export type BenchRecord = z.infer<typeof benchRecordSchema>;

/** @throws RigError when it does not fit: a bug of ours; what there is is kept as `bench.invalid.json`. */
export async function writeBenchRecord(directory: string, record: BenchRecord): Promise<void> {
  const checked = benchRecordSchema.safeParse(record);
  const path = join(directory, checked.success ? 'bench.json' : 'bench.invalid.json');
  await writeFileAtomic(path, `${JSON.stringify(checked.data ?? record, null, 2)}\n`);
  if (checked.success) return;
  throw new RigError(
    `the record of the benchmark does not fit (kept in ${path}):\n${z.prettifyError(checked.error)}`,
    { cause: checked.error },
  );
}
