import { z } from 'zod';

/**
 * What a plan expects of one job beyond silence and an explicable history. Every key that is left out is not judged.
 * The keys about speculation are judged only on kernels that carry a series: a base kernel has no such counters.
 */
export const expectationsSchema = z.strictObject({
  /** Least share (0 to 1) of page faults that must have been handled speculatively. */
  minSpeculativeShare: z.number().min(0).max(1).optional(),
  /** `off`: no fault may have been handled speculatively (sysctl off, or a single-threaded process). */
  speculation: z.literal('off').optional(),
  /** Bounds on counters by name, both ends included: `{childrenLost: {max: 0}}`. */
  counters: z
    .record(z.string(), z.strictObject({ min: z.number().optional(), max: z.number().optional() }))
    .optional(),
  /** True for a measurement: when nothing went wrong the job is DONE, not PASS. */
  measuresOnly: z.boolean().optional(),
});
export type Expectations = z.infer<typeof expectationsSchema>;
