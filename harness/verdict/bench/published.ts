import { z } from 'zod';

/** What somebody else measured, as published. */
export const publishedFiguresSchema = z.strictObject({
  series: z.string(),
  /** Message-id. */
  source: z.string(),
  who: z.string(),
  program: z.string(),
  rows: z.array(
    z.strictObject({
      hardware: z.string(),
      base: z.number().exactOptional(),
      series: z.number().exactOptional(),
      /** Percent of the base; positive is better. */
      change: z.number().exactOptional(),
      /** Of the faults, 0 to 1. */
      share: z.number().min(0).max(1).exactOptional(),
      note: z.string().exactOptional(),
    }),
  ),
});
export type PublishedFigures = z.infer<typeof publishedFiguresSchema>;
