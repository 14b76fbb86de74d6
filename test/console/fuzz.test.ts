import { expect, test } from 'vitest';
import { createRandom, mutate, readMutated } from './fuzz.ts';

/** A small share of the million of fuzz-run.ts, other ones each day would be no test: the seed is fixed. */
test('mutated consoles never throw and give findings as the schema has them', () => {
  const random = createRandom(20261125);
  let findings = 0;
  for (let round = 0; round < 1500; round++) findings += readMutated(mutate(random), random);
  expect(findings).toBeGreaterThan(500);
});
