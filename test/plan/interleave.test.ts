import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interleave } from '../../harness/plan/interleave.ts';

const variants = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 6 });
const seeds = fc.integer({ min: 0, max: 1_000_000 });

describe('interleaving', () => {
  test('turns the order, and its direction after each cycle', () => {
    const orders = interleave(['A', 'B', 'C'], 6, 0).map((order) => order.join(''));
    expect(orders).toEqual(['ABC', 'BCA', 'CAB', 'ACB', 'BAC', 'CBA']);
    expect(interleave(['A', 'B', 'C'], 2, 4).map((order) => order.join(''))).toEqual(['BAC', 'CBA']);
  });

  test('boots every variant once a round', () => {
    fc.assert(
      fc.property(variants, seeds, fc.integer({ min: 1, max: 20 }), (some, seed, rounds) => {
        const orders = interleave(some, rounds, seed);
        expect(orders).toHaveLength(rounds);
        for (const order of orders) expect(order.toSorted()).toEqual(some.toSorted());
      }),
    );
  });

  test('gives every variant every place equally often in two cycles', () => {
    fc.assert(
      fc.property(variants, seeds, (some, seed) => {
        const orders = interleave(some, 2 * some.length, seed);
        for (const variant of some)
          for (const place of some.keys())
            expect(orders.filter((order) => order[place] === variant)).toHaveLength(2);
      }),
    );
  });

  test('lets no variant follow always the same one', () => {
    const orders = interleave(['A', 'B', 'C'], 6, 3).map((order) => order.join(''));
    for (const pair of ['AB', 'BA', 'AC', 'CA', 'BC', 'CB'])
      expect(
        orders.filter((order) => order.includes(pair)),
        pair,
      ).toHaveLength(2);
  });
});
