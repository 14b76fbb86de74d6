import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { CORRUPTIONS } from './corrupt.ts';
import { random, simulate, type Bug, type SimulatorOptions } from './simulator.ts';

test('what a machine like Linux produces is explained', () => {
  const options = fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    pages: fc.integer({ min: 1, max: 5 }),
    threads: fc.integer({ min: 1, max: 5 }),
    operations: fc.integer({ min: 1, max: 30 }),
    structural: fc.double({ min: 0, max: 0.6, noNaN: true }),
    moves: fc.boolean(),
    forks: fc.boolean(),
    skew: fc.constantFrom(0, 0, 1, 9),
    idle: fc.integer({ min: 0, max: 30 }),
    initiallyMapped: fc.boolean(),
  }) satisfies fc.Arbitrary<SimulatorOptions>;
  fc.assert(
    fc.property(options, (choice) => {
      expect(checkHistory(simulate(choice)).violations).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

/** Share of runs in which a fault of the machine is noticed; the floors are below what was measured. */
const BUGS: readonly (readonly [bug: Bug, floor: number])[] = [
  ['munmap-returns-before-flush', 0.4],
  ['mprotect-returns-before-flush', 0.03],
  ['zap-returns-before-flush', 0.3],
  ['fork-unprotected', 0.15],
  ['move-unprotected', 0.1],
  ['map-leaves-hole', 0.6],
  ['speculation-unchecked', 0.1],
  ['codes-swapped', 0.9],
];

test.each(BUGS)('a machine with the fault %s is caught', (bug, floor) => {
  const runs = 30;
  let caught = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const history = simulate({ seed, bug, pages: 2, threads: 4, operations: 60, moves: true, forks: true });
    if (checkHistory(history).violations.length > 0) caught++;
  }
  console.info(`${bug}: caught in ${caught} of ${runs} runs of 240 operations`);
  expect(caught / runs).toBeGreaterThan(floor);
});

/** The same of histories that were spoiled afterwards, in one place each. */
const KILLS: readonly (readonly [kind: string, floor: number])[] = [
  ['two values swapped', 0.9],
  ['an exchange dropped', 0.75],
  ['one generation old', 0.75],
  ['success turned to SIGSEGV', 0.75],
  ['MAPERR and ACCERR swapped', 0.75],
  ['a store missing in the child', 0.6],
];

test.each(KILLS)('%s is caught', (kind, floor) => {
  let spoilt = 0;
  let caught = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const history = simulate({
      seed,
      pages: 3,
      threads: 3,
      operations: 40,
      forks: true,
      structural: 0.15,
      idle: 20,
    });
    const spoiled = CORRUPTIONS[kind]!(history, random(seed));
    if (spoiled === null) continue;
    spoilt++;
    if (checkHistory(spoiled).violations.length > 0) caught++;
  }
  console.info(`${kind}: caught ${caught} of ${spoilt}`);
  expect(spoilt).toBeGreaterThan(30);
  expect(caught / spoilt).toBeGreaterThan(floor);
});
