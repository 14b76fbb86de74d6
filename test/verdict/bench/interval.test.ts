import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intervalOf } from '../../../harness/verdict/bench/interval.ts';
import { studentBound, studentWithin } from '../../../harness/verdict/bench/student.ts';

const rates = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 2, maxLength: 12 });

describe("Student's t", () => {
  // Tables of any textbook, two-sided.
  test.each([
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 3, 3.182],
    [0.95, 4, 2.776],
    [0.95, 5, 2.571],
    [0.95, 9, 2.262],
    [0.95, 10, 2.228],
    [0.95, 29, 2.045],
    [0.95, 30, 2.042],
    [0.99, 1, 63.657],
    [0.99, 4, 4.604],
    [0.99, 7, 3.499],
    [0.5, 6, 0.718],
  ])('is below its bound with %f at %i degrees of freedom: %f', (probability, freedom, bound) => {
    expect(studentBound(probability, freedom)).toBeCloseTo(bound, 3);
  });

  test('the bound is where the probability is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (p, n) => {
          expect(studentWithin(studentBound(p, n), n)).toBeCloseTo(p, 9);
        },
      ),
    );
  });

  test('more boots make surer, and many are a normal distribution', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (n) => {
        expect(studentBound(0.95, n + 1)).toBeLessThan(studentBound(0.95, n));
      }),
    );
    expect(studentBound(0.95, 5000)).toBeCloseTo(1.96, 2);
  });
});

describe('an interval', () => {
  test('of known values', () => {
    // Logarithms 1, 2, 3: mean 2, deviation 1, reach 4.3027 / sqrt(3).
    const of = intervalOf([Math.E, Math.E ** 2, Math.E ** 3]);
    expect(of?.estimate).toBeCloseTo(Math.E ** 2, 9);
    expect(of?.low).toBeCloseTo(Math.exp(2 - 2.48414), 4);
    expect(of?.high).toBeCloseTo(Math.exp(2 + 2.48414), 3);
    expect(of?.count).toBe(3);
  });

  test('of nothing is none, of one boot has no ends', () => {
    expect(intervalOf([])).toBeNull();
    expect(intervalOf([7])).toMatchObject({ low: null, high: null, count: 1 });
  });

  test('holds its estimate, which lies among the values', () => {
    fc.assert(
      fc.property(rates, (values) => {
        const { estimate, low, high } = intervalOf(values)!;
        expect(low!).toBeLessThanOrEqual(estimate);
        expect(high!).toBeGreaterThanOrEqual(estimate);
        expect(estimate).toBeGreaterThanOrEqual(Math.min(...values) * (1 - 1e-9));
        expect(estimate).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-9));
      }),
    );
  });

  test('does not depend on the order, and scales with its values', () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 0.01, max: 100, noNaN: true }), (values, factor) => {
        const [of, turned, scaled] = [values, values.toReversed(), values.map((value) => value * factor)].map(
          (each) => intervalOf(each)!,
        );
        expect(turned!.low! / of!.low!).toBeCloseTo(1, 6);
        expect(scaled!.estimate / of!.estimate / factor).toBeCloseTo(1, 6);
        expect(scaled!.low! / of!.low! / factor).toBeCloseTo(1, 6);
      }),
    );
  });

  test('holds what it is about 95 times in a hundred', () => {
    const random = seeded(42);
    const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    const trials = 4000;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { low, high } = intervalOf(Array.from({ length: 5 }, () => 1000 * Math.exp(0.3 * normal())))!;
      if (low! <= 1000 && 1000 <= high!) held++;
    }
    expect(held / trials).toBeGreaterThan(0.94);
    expect(held / trials).toBeLessThan(0.96);
  });
});

/** Above 0, at most 1 (a linear congruential generator, Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
}
