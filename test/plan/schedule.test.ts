import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { parsePlan } from '../../harness/plan/load.ts';
import { schedule } from '../../harness/plan/schedule.ts';

const plan = parsePlan(
  `
name: x
series: spf-v12
profile: [race, kasan]
jobs:
  - workload: spf-counters
  - workload: hammer
    kernel: [series, base]
    repeat: 2
  - workload: hammer
    name: hammer-off
    profile: race
`,
  'x.yaml',
);

const ids = (narrowing = {}): string[] => schedule(plan, narrowing, 7).jobs.map((job) => job.id);

describe('schedule', () => {
  test('goes kernel by kernel in the order of the plan', () => {
    expect(ids()).toEqual([
      'x86_64-series-race-spf-counters',
      'x86_64-series-race-hammer',
      'x86_64-series-race-hammer-2',
      'x86_64-series-race-hammer-off',
      'x86_64-series-kasan-spf-counters',
      'x86_64-series-kasan-hammer',
      'x86_64-series-kasan-hammer-2',
      'x86_64-base-race-hammer',
      'x86_64-base-race-hammer-2',
      'x86_64-base-kasan-hammer',
      'x86_64-base-kasan-hammer-2',
    ]);
  });

  test('builds only kernels that a job needs', () => {
    const { kernels } = schedule(plan, { workload: ['hammer-off'] }, 1);
    expect(kernels.map((kernel) => kernel.id)).toEqual(['x86_64-series-race']);
  });

  test('a series with its symbol off is a kernel of its own', () => {
    const off = parsePlan(
      'name: o\nseries: s\njobs:\n  - workload: hammer\n    kernel: [base, series-off]\n',
      'o',
    );
    expect(schedule(off, {}, 1).kernels.map(({ id }) => id)).toEqual([
      'x86_64-series-off-race',
      'x86_64-base-race',
    ]);
  });

  test('a plan without series runs its jobs on the base', () => {
    const bare = parsePlan('name: b\njobs:\n  - workload: hammer\n', 'b');
    expect(schedule(bare, {}, 1).jobs.map((job) => job.kernel.choice)).toEqual(['base']);
  });

  test('one repeat alone is run again by its own seed', () => {
    const [, second] = schedule(plan, { workload: ['hammer'], kernel: ['base'], profile: ['race'] }, 7).jobs;
    const again = schedule(
      plan,
      { workload: ['hammer'], kernel: ['base'], profile: ['race'], repeat: 1 },
      second?.seed ?? 0,
    ).jobs;
    expect(again.map((job) => job.seed)).toEqual([8]);
  });

  test.each([
    [{ arch: ['sparc'] }, 'unknown architecture "sparc"'],
    [{ profile: ['ksan'] }, 'did you mean "kasan"?'],
    [{ workload: ['hamer'] }, 'did you mean "hammer"?'],
    [{ kernel: ['patched'] }, 'it has series, series-off, base'],
    [{ kernel: ['base'], workload: ['spf-counters'] }, 'nothing is left to run'],
  ])('%j is refused', (narrowing, message) => {
    expect(() => ids(narrowing)).toThrow(message);
  });

  const two = parsePlan(
    'name: two\nseries: s\narch: [x86_64, ppc64]\nprofile: [race, kasan]\nonly: { ppc64: race }\njobs: [{ workload: hammer }]\n',
    'two',
  );
  const kernelsOf = (narrowing = {}) => schedule(two, narrowing, 1).kernels.map(({ id }) => id);

  test('an architecture may have some of the profiles only, unless another is asked for', () => {
    expect(kernelsOf()).toEqual(['x86_64-series-race', 'x86_64-series-kasan', 'ppc64-series-race']);
    expect(kernelsOf({ arch: ['ppc64'], profile: ['kasan'] })).toEqual(['ppc64-series-kasan']);
  });

  test('a plan serves for an architecture that it does not name', () => {
    expect(kernelsOf({ arch: ['ppc64le-hash'], profile: ['race'] })).toEqual(['ppc64le-hash-series-race']);
  });

  test('profiles for an architecture that is none are refused', () => {
    const plan = parsePlan('name: t\nonly: { ppc6: race }\njobs: [{ workload: hammer }]\n', 't');
    expect(() => schedule(plan, {}, 1)).toThrow('did you mean "ppc64"?');
  });

  test('two jobs of one name are refused', () => {
    const twice = parsePlan('name: t\njobs: [{ workload: hammer }, { workload: hammer }]\n', 't');
    expect(() => schedule(twice, {}, 1)).toThrow('two jobs are called "hammer"');
  });

  test('law: narrowing only takes away, ids are unique', () => {
    const some = <T>(...items: T[]) => fc.option(fc.subarray(items, { minLength: 1 }), { nil: undefined });
    const narrowings = fc.record({
      profile: some('race', 'kasan'),
      workload: some('hammer', 'spf-counters'),
    });
    fc.assert(
      fc.property(narrowings, ({ profile, workload }) => {
        const narrowed = ids({ ...(profile && { profile }), ...(workload && { workload }) });
        expect(ids()).toEqual(expect.arrayContaining(narrowed));
        expect(new Set(narrowed).size).toBe(narrowed.length);
      }),
    );
  });
});
