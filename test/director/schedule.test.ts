import { describe, expect, it } from 'vitest';
import { pointsOf, scheduleSchema } from '../../harness/director/schedule.ts';
import { loadSchedule, scheduleNames } from '../../harness/plan/schedule-file.ts';

const project = new URL('../..', import.meta.url).pathname;
const good = {
  ...{ title: 't', story: 's', profile: 'race', actors: { one: 'load a' }, expect: { finding: 'BUG' } },
  steps: [{ run: 'one', until: 'end' }] as object[],
};
const wrong = (change: object): string =>
  scheduleSchema
    .safeParse({ ...good, ...change })
    .error?.issues.map(({ message }) => message)
    .join() ?? '';

describe('schedules', () => {
  it('of the project can be read, each', () => {
    const names = scheduleNames(project);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(pointsOf(loadSchedule(name, project)).length).toBeGreaterThan(0);
  });

  it('are read', () => {
    expect(wrong({})).toBe('');
  });

  it.each([
    [{ steps: [{ run: 'two', until: 'end' }] }, /no actor two/],
    [{ steps: [{ run: 'one', until: 'f: jump' }] }, /no point/],
    [{ steps: [{ run: 'one', until: 'f: call g', remember: 'x' }] }, /entry of a function/],
    [{ steps: [{ run: 'one', until: 'f', holding: 'x' }] }, /remembered x/],
    [{ steps: [{ wait: 'f', argument: 'x' }] }, /remembered x/],
    [{ expect: {} }, /a finding, a result or a history/],
    [{ expect: { results: [{ actor: 'two', operation: 1, is: 0 }] } }, /no actor two/],
    [{ stesp: [] }, /stesp/],
  ])('%j is refused', (change, why) => {
    expect(wrong(change)).toMatch(why);
  });

  it('names what there is when there is no such schedule', () => {
    expect(() => loadSchedule('vmacach', project)).toThrow(/vmacache/);
  });
});
