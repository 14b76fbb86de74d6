import { z } from 'zod';

/** What the guest saw and the model does not allow. */
export const mismatchSchema = z.object({
  model: z.enum(['history', 'eligibility', 'directed']),
  rule: z.string(),
  signature: z.string(),
  explanation: z.string(),
  /** Pages of the arena, for histories. */
  pages: z.array(z.number().int().nonnegative()),
  /** The few operations that are already inexplicable, times in microseconds since the first of them. */
  operations: z.array(
    z.object({
      thread: z.number().int(),
      role: z.string(),
      op: z.string(),
      text: z.string(),
      startMicros: z.number(),
      endMicros: z.number(),
      guilty: z.boolean(),
    }),
  ),
  possible: z.array(z.string()),
});
export type Mismatch = z.infer<typeof mismatchSchema>;
