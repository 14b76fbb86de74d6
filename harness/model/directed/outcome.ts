import { z } from 'zod';

/** A line of the workload `directed`: how often one program ended how (guest/workloads/directed.c). */
export const directedOutcomeSchema = z.object({
  program: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  /** Times by outcome. `endless` is a program that its alarm clock had to end. */
  outcomes: z.record(z.string(), z.number().int().positive()),
  /** Why the situation could not be had; then there are no outcomes. */
  skipped: z.string().nullable(),
});
export type DirectedOutcome = z.infer<typeof directedOutcomeSchema>;
