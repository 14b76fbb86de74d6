import { describe, expect, test } from 'vitest';
import { explorationOn, isExploration, outcomeOf } from '../../../harness/campaign/mutants/exploration.ts';

const hit = { number: 7, text: 'KASAN: use-after-free', seconds: 40, schedule: 'schedule-7.yaml' };

describe('what an exploration says of a mutant', () => {
  test('a schedule that did harm is a kill by the director', () => {
    const outcome = outcomeOf({ tries: 7, hits: [hit], conclusions: { clean: 6, reproduced: 1 } });
    expect(outcome).toMatchObject({
      ...{ status: 'FAIL', layer: 'director' },
      reason: 'schedule 7: KASAN: use-after-free',
    });
  });

  test('it stands when none did, and those that nobody could judge do not speak for it', () => {
    const outcome = outcomeOf({ tries: 9, hits: [], conclusions: { clean: 7, rig: 2 } });
    expect(outcome).toMatchObject({ status: 'PASS', layer: null, reason: '7 schedules did no harm' });
  });

  test.each([
    ['none could be judged', 3, { rig: 3 }],
    ['none was played', 0, {}],
  ])('nothing is said of it when %s', (_, tries, conclusions) => {
    const outcome = outcomeOf({ tries, hits: [], conclusions });
    expect(outcome).toMatchObject({ status: 'ERROR', layer: null });
  });
});

test('an exploration is told apart from the jobs of its profile', () => {
  expect(isExploration(explorationOn('kasan'))).toBe(true);
  expect(isExploration({ id: 'kasan/hammer', profile: 'kasan' })).toBe(false);
});
