import { describe, expect, expectTypeOf, test } from 'vitest';
import type { End } from '../../harness/machine/types.ts';
import { expectationsSchema, observeHistory } from '../../harness/verdict/index.ts';
import type { ObservedEnd } from '../../harness/verdict/observation.ts';
import { newTaint, taintBits } from '../../harness/verdict/taint.ts';

describe('contracts with the other parts', () => {
  test('a machine ends in the words that the verdict knows', () => {
    expectTypeOf<ObservedEnd>().toEqualTypeOf<End>();
  });

  test('a misspelt expectation is an error', () => {
    expect(expectationsSchema.safeParse({ minSpeculativeShare: 0.4 }).success).toBe(true);
    expect(expectationsSchema.safeParse({ minSpeculativeShar: 0.4 }).success).toBe(false);
    expect(expectationsSchema.safeParse({ minSpeculativeShare: 40 }).success).toBe(false);
  });

  test('undecided pages are counted once', () => {
    const report = {
      violations: [],
      undecided: [
        { pages: [1, 2], reason: 'bound' },
        { pages: [2, 3], reason: 'other' },
      ],
      untold: { inexplicable: [7, 8], wrongCode: [9] },
      stats: {
        operations: 9,
        accesses: 5,
        signals: 0,
        structural: 4,
        pagesTouched: 4,
        overlaps: 2,
        maxConfigurations: 7,
      },
    };
    expect(observeHistory({ complete: true, doubts: [] }, report)).toMatchObject({
      untoldPages: 2,
      wrongCodePages: 1,
      undecidedPages: 3,
      undecidedReason: 'bound',
      overlaps: 2,
      violations: 0,
    });
  });

  test('taint bits are those of the kernel', () => {
    expect(
      taintBits(512 + 128 + 1)
        .map(({ letter }) => letter)
        .join(''),
    ).toBe('PDW');
    expect(newTaint(1, 1 + 32).map(({ letter }) => letter)).toEqual(['B']);
    expect(taintBits(2 ** 18)).toMatchObject([{ meaning: 'unknown bits 262144' }]);
  });
});
