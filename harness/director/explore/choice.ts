import fc from 'fast-check';
import { digestOf } from '../../base/digest.ts';

/** Chances that are taken one after the other, and are the same again for the same seed. */
export interface Choice {
  /** A whole number, both ends included. */
  readonly between: (least: number, most: number) => number;
  readonly one: <T>(among: readonly T[]) => T;
  readonly chance: (probability: number) => boolean;
  readonly shuffled: <T>(all: readonly T[]) => T[];
}

/** What `make` makes of the chances of the `nth` of a seed; each is made without those before it. */
export function chosen<T>(seed: number, nth: number, make: (choose: Choice) => T): T {
  const arbitrary = fc.gen().map((value) => {
    const between = (min: number, max: number): number => value(fc.integer, { min, max });
    return make({
      between,
      one: (among) => among[between(0, among.length - 1)]!,
      chance: (probability) => between(1, 1000) <= probability * 1000,
      shuffled: (all) => value(fc.shuffledSubarray, [...all], { minLength: all.length }),
    });
  });
  const [made] = fc.sample(fc.noBias(arbitrary), { seed: seedOf(seed, nth), numRuns: 1 });
  return made!;
}

const seedOf = (seed: number, nth: number): number =>
  Number.parseInt(digestOf([seed, nth]).slice(0, 8), 16) | 0;
