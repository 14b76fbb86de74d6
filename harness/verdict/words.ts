import { z } from 'zod';

/**
 * The words of a verdict. Status words are KCIDB's: FAIL the kernel is at fault; ERROR could not complete; MISS the
 * harness could not run it; PASS; DONE ran, nothing to judge; SKIP not wanted here.
 */
export const statusSchema = z.enum(['FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP']);
export type Status = z.infer<typeof statusSchema>;

/** Who is to blame for a status other than PASS: the kernel under test, the rig or its tools, or our own code. */
export const culpritSchema = z.enum(['code', 'tool', 'harness']);
export type Culprit = z.infer<typeof culpritSchema>;

export const checkSchema = z.object({
  /** Stable dotted name: `console.clean`, `history.explained`, `counters.speculative-share`. */
  name: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/),
  status: statusSchema,
  detail: z.string(),
});
export type Check = z.infer<typeof checkSchema>;

/**
 * How sure, in words that follow from the evidence: `certain` a finding of the kernel's own or an inexplicable
 * history; `likely` seen once, where an overloaded host or a bug of ours could look the same; `none` nothing to be
 * sure of.
 */
export const confidenceSchema = z.enum(['certain', 'likely', 'none']);
export type Confidence = z.infer<typeof confidenceSchema>;

export const verdictSchema = z.object({
  status: statusSchema,
  culprit: culpritSchema.nullable(),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  /** One sentence a person would say. */
  headline: z.string(),
  /** Further sentences: what speaks for it, what is not known. */
  reasons: z.array(z.string()),
  confidence: confidenceSchema,
  counts: z.record(statusSchema, z.number().int().nonnegative()),
});
export type Verdict = z.infer<typeof verdictSchema>;
