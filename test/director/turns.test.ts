import { describe, expect, it } from 'vitest';
import { scheduleSchema } from '../../harness/director/schedule.ts';
import { turnsOf, turnsText } from '../../harness/director/turns.ts';

const file = (steps: object[]) => ({
  ...{ title: 't', story: 's', profile: 'race', prompted: true, expect: { finding: 'any' } },
  actors: { reader: 'load a; load a+1', writer: 'unmap a 16' },
  steps,
});
const read = (steps: object[]) => scheduleSchema.parse(file(steps));

describe('a prompted schedule', () => {
  const steps = [
    { run: 'reader', until: 'operation 2', perhaps: true, within: 1, round: 3 },
    { run: 'reader', until: 'find_vma_rcu', perhaps: true, within: 0.25, times: 2 },
    { run: 'writer', until: 'end', perhaps: true, within: 0.5 },
    { run: 'reader', until: 'end', perhaps: true, within: 10 },
  ];

  it('is a turn for each step: done, or held in the operation after what was done', () => {
    const turns = turnsOf(read(steps));
    expect(turns.map(({ name, goal, frees }) => [name, goal, frees])).toEqual([
      ['reader', 1, false],
      ['reader', 2, false],
      ['writer', 1, false],
      ['reader', 2, true],
    ]);
    expect(turns[1]).toMatchObject({ hold: { times: 2, point: { text: 'find_vma_rcu' } }, round: 3 });
  });

  it('tells the stage when to ask', () => {
    expect(turnsText(turnsOf(read(steps)))).toBe('1 1 1000; 1 2 250 hold; 2 1 500; 1 2 10000 ask');
  });

  it.each([
    ['insists', { run: 'reader', until: 'end' }],
    ['remembers', { run: 'reader', until: 'find_vma_rcu', remember: 'x', perhaps: true }],
    ['waits for a grace period', { wait: 'a grace period', perhaps: true }],
    ['waits for others', { wait: 'find_vma_rcu' }],
  ])('is refused when it %s', (_, step) => {
    const { error } = scheduleSchema.safeParse(file([step]));
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'step 1: a prompted schedule has only `run` with `perhaps`',
    ]);
  });
});
