import { z } from 'zod';
import { studentBound } from './student.ts';

/** How often an interval holds what it is about, if boots differ by chance alone and logarithms are near normal. */
export const CONFIDENCE = 0.95;

export const intervalSchema = z.object({
  /** Geometric mean. */
  estimate: z.number().positive(),
  /** Null with a single value: one boot says nothing of how much boots differ. */
  low: z.number().nonnegative().nullable(),
  high: z.number().positive().nullable(),
  /** Boots, or pairs of boots. */
  count: z.number().int().positive(),
});
export type Interval = z.infer<typeof intervalSchema>;

/**
 * Geometric mean with its confidence interval, by Student's t on logarithms: rates are compared as ratios, and a
 * bootstrap over five boots would be too sure of itself. Null for no values.
 *
 * @param values above zero.
 */
export function intervalOf(values: readonly number[]): Interval | null {
  const count = values.length;
  if (count === 0) return null;
  const logs = values.map(Math.log);
  const mean = sum(logs) / count;
  const estimate = Math.exp(mean);
  if (count === 1) return { estimate, low: null, high: null, count };
  const deviation = Math.sqrt(sum(logs.map((log) => (log - mean) ** 2)) / (count - 1));
  const reach = (studentBound(CONFIDENCE, count - 1) * deviation) / Math.sqrt(count);
  // Two wild boots reach further than numbers do.
  const high = Math.min(Math.exp(mean + reach), Number.MAX_VALUE);
  return { estimate, low: Math.exp(mean - reach), high, count };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
