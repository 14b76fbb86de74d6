import { interleave } from '../../plan/interleave.ts';
import type { BenchVariant } from './variants.ts';

export interface BenchRequest {
  /** The first is the base of all ratios. */
  readonly variants: readonly BenchVariant[];
  /** Boots of each variant. */
  readonly rounds: number;
  /** Seconds that each scene is measured. */
  readonly duration: number;
  readonly seed: number;
}

/** The variants' ids as they will be booted, a list a round. */
export const benchOrder = ({ variants, rounds, seed }: BenchRequest): string[][] =>
  interleave(variants, rounds, seed).map((order) => order.map(({ id }) => id));
