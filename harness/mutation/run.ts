import { z } from 'zod';
import { statusSchema } from '../verdict/words.ts';
import { layers } from './layer.ts';

/** One boot and one workload, for one mutant: of its own kernel, or of the one without it. */
export const runSchema = z.object({
  /** Profile and job of the plan, or `explore`: `race/hammer`. */
  trial: z.string(),
  profile: z.string(),
  /** Which kernel ran. */
  kernel: z.enum(['mutant', 'unmutated']),
  seed: z.number().int().nonnegative(),
  status: statusSchema,
  /** Who noticed; null when nobody did, or when nobody could judge. */
  layer: z.enum(layers).nullable(),
  /** One sentence, of the job's record. */
  reason: z.string(),
  /** Guest operations up to the end; null when they could not be counted. */
  operations: z.number().int().nonnegative().nullable(),
  /** Seconds from the start of the boot to the end of the judgement. */
  seconds: z.number().nonnegative(),
  /** The record of the job or exploration, relative to the directory of the campaign; null where there is none. */
  record: z.string().nullable(),
});
export type Run = z.infer<typeof runSchema>;

/** A kernel that could not be built ends the hunt before it begins. */
export const outcomes = ['killed', 'survived', 'unjudged', 'does-not-apply', 'does-not-build'] as const;

export const endSchema = z.object({
  outcome: z.enum(outcomes),
  /** One sentence. */
  reason: z.string(),
  layer: z.enum(layers).nullable(),
  /** The trial that killed it. */
  trial: z.string().nullable(),
});
export type End = z.infer<typeof endSchema>;

/** The whole of what is known of one mutant on one architecture: a file each, written after every run. */
export const mutantStateSchema = z.object({
  schema: z.literal('spf-harness/mutant/1'),
  id: z.string(),
  arch: z.string(),
  /** Names all that the result depends on; a state with another key is of another question. */
  key: z.string(),
  builds: z.array(
    z.object({ profile: z.string(), seconds: z.number().nonnegative(), warnings: z.array(z.string()) }),
  ),
  runs: z.array(runSchema),
  /** Null while it is hunted. */
  end: endSchema.nullable(),
});
export type MutantState = z.infer<typeof mutantStateSchema>;
