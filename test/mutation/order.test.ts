import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learn, orderTrials } from '../../harness/mutation/order.ts';
import type { MutantState, Run } from '../../harness/mutation/run.ts';

const trials = [
  { id: 'race/a', profile: 'race' },
  { id: 'race/b', profile: 'race' },
  { id: 'race/c', profile: 'race' },
  { id: 'kasan/a', profile: 'kasan' },
];
const run = (trial: string, seconds: number, kernel: Run['kernel'] = 'mutant'): Run => ({
  ...{ trial, profile: 'race', kernel, seed: 1, status: 'PASS', layer: null, reason: '' },
  ...{ operations: null, seconds, record: null },
});
const state = (runs: Run[], trial: string | null): Pick<MutantState, 'runs' | 'end'> => ({
  runs,
  end: { outcome: trial === null ? 'survived' : 'killed', reason: '', layer: null, trial },
});
const ids = (lessons: Parameters<typeof orderTrials>[1], guess = 100) =>
  orderTrials(trials, lessons, () => guess).map(({ id }) => id);

describe('what is learnt', () => {
  test('first runs of mutants count, confirmations and runs without the mutant do not', () => {
    const lessons = learn([
      state(
        [run('race/b', 10), run('race/a', 50), run('race/a', 70), run('race/a', 60, 'unmutated')],
        'race/a',
      ),
      state([run('race/c', 5, 'unmutated'), run('race/b', 30)], null),
    ]);
    expect(lessons).toEqual([
      { trial: 'race/a', tries: 1, kills: 1, seconds: 50 },
      { trial: 'race/b', tries: 2, kills: 0, seconds: 40 },
    ]);
  });

  test('of nothing, nothing', () => {
    expect(learn([])).toEqual([]);
  });
});

describe('the order', () => {
  test('without lessons it is that of the plan', () => {
    expect(ids([])).toEqual(['race/a', 'race/b', 'race/c', 'kasan/a']);
  });

  test('a trial that kills comes before one that does not', () => {
    expect(ids([{ trial: 'race/c', tries: 4, kills: 4, seconds: 400 }])[0]).toBe('race/c');
    expect(ids([{ trial: 'race/a', tries: 9, kills: 0, seconds: 900 }])[2]).toBe('race/a');
  });

  test('of two that kill alike the cheaper comes first', () => {
    const lesson = (trial: string, seconds: number) => ({ trial, tries: 4, kills: 2, seconds });
    expect(ids([lesson('race/a', 800), lesson('race/b', 80)])).toEqual([
      ...['race/b', 'race/c', 'race/a'],
      'kasan/a',
    ]);
  });

  test('a profile is done with before the next kernel is built', () => {
    expect(ids([{ trial: 'kasan/a', tries: 9, kills: 9, seconds: 9 }])[3]).toBe('kasan/a');
  });

  test('it loses no trial and does not depend on the order of the lessons', () => {
    const lesson = fc.record({
      trial: fc.constantFrom(...trials.map(({ id }) => id)),
      tries: fc.nat(20),
      kills: fc.nat(20),
      seconds: fc.nat(10_000),
    });
    const lessons = fc.uniqueArray(lesson, { selector: ({ trial }) => trial });
    fc.assert(
      fc.property(lessons, (list) => {
        expect([...ids(list)].sort()).toEqual(trials.map(({ id }) => id).sort());
        expect(ids([...list].reverse())).toEqual(ids(list));
      }),
    );
  });
});
