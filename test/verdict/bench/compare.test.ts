import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, type CountedBoot, type Row } from '../../../harness/verdict/bench/compare.ts';
import { conclude, problems } from '../../../harness/verdict/bench/conclude.ts';
import { evaluateRun } from '../../../harness/verdict/index.ts';
import { job, kernel } from '../../report/records/build.ts';
import { boot, scene, variants } from './support.ts';

const row = (rows: readonly Row[], variant: string, of = 'touch') =>
  rows.find((one) => one.scene === of && one.variant === variant)!;

const rounds = (base: readonly number[], series: readonly number[]): CountedBoot[] => [
  ...base.map((rate, round) => boot('base', round, rate)),
  ...series.map((rate, round) => boot('spf-v12', round, rate)),
];

describe('rows', () => {
  test('are one a scene and kernel, the base without a ratio', () => {
    const rows = compare(variants, rounds([100, 110], [150, 165]));
    expect(rows.map((one) => `${one.scene} ${one.variant}`)).toEqual([
      ...['touch base', 'touch spf-v12', 'malloc base', 'malloc spf-v12'],
      ...['fork base', 'fork spf-v12', 'single base', 'single spf-v12'],
    ]);
    expect(row(rows, 'base').faults).toMatchObject({ ratio: null, difference: 'base' });
  });

  test('a difference that every round shows is one, whichever way', () => {
    const more = compare(variants, rounds([100, 200, 150], [151, 299, 226]));
    expect(row(more, 'spf-v12').faults?.difference).toBe('more');
    expect(row(more, 'spf-v12').faults?.ratio?.estimate).toBeCloseTo(1.504, 3);
    const fewer = compare(variants, rounds([151, 299, 226], [100, 200, 150]));
    expect(row(fewer, 'spf-v12').faults?.difference).toBe('fewer');
  });

  test('an interval that holds 1 is no difference seen', () => {
    const rows = compare(variants, rounds([100, 100, 100], [90, 110, 104]));
    expect(row(rows, 'spf-v12').faults?.difference).toBe('no difference seen');
  });

  test('a host that slows down between rounds changes no ratio', () => {
    const drift = fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(drift, (speed) => {
        const slowed = (rates: readonly number[]) => rates.map((rate, round) => rate * speed[round]!);
        const [even, uneven] = [
          compare(variants, rounds([100, 110, 120], [130, 125, 150])),
          compare(variants, rounds(slowed([100, 110, 120]), slowed([130, 125, 150]))),
        ].map((rows) => row(rows, 'spf-v12').faults!.ratio!);
        expect(uneven!.low! / even!.low!).toBeCloseTo(1, 6);
        expect(uneven!.high! / even!.high!).toBeCloseTo(1, 6);
      }),
    );
  });

  test('only boots of the same round are compared, and one pair says nothing', () => {
    const lonely = [
      boot('base', 0, 100),
      boot('base', 1, 100),
      boot('spf-v12', 1, 150),
      boot('spf-v12', 2, 999),
    ];
    const { faults } = row(compare(variants, lonely), 'spf-v12');
    expect(faults?.ratio).toMatchObject({ count: 1, low: null });
    expect(faults?.ratio?.estimate).toBeCloseTo(1.5, 9);
    expect(faults?.difference).toBe('too few boots');
  });

  test('a boot in which nothing happened is left out', () => {
    const rows = compare(variants, rounds([100, 0], [150, 150]));
    expect(row(rows, 'base').faults?.perSecond.count).toBe(1);
    expect(row(rows, 'spf-v12').faults?.ratio?.count).toBe(1);
  });

  test('shares are of all boots together, and null where nobody counts', () => {
    const rows = compare(variants, [
      ...rounds([100], [150]),
      {
        variant: 'spf-v12',
        round: 1,
        counters: scene('touch', 150, {
          'vmstat.speculative_pgfault': 1000,
          ...{ 'warmUp.faults': 200, 'warmUp.spf': 50 },
        }),
      },
    ]);
    expect(row(rows, 'spf-v12').share).toBeCloseTo(4000 / 6000, 9);
    expect(row(rows, 'spf-v12').warmUpShare).toBe(0.25);
    expect(row(rows, 'base').share).toBeNull();
    expect(row(rows, 'spf-v12', 'malloc').share).toBeNull();
  });

  test('the pairs of the mappers are compared as well', () => {
    const rows = compare(variants, rounds([100, 110], [150, 165]));
    expect(row(rows, 'spf-v12').maps?.ratio?.estimate).toBeCloseTo(1, 9);
    expect(row(rows, 'spf-v12', 'malloc').maps).toBeNull();
  });
});

describe('what the figures are worth', () => {
  const done = [job({ status: 'DONE' })];
  const verdictOf = (boots: readonly CountedBoot[], jobs = done) => {
    const verdict = evaluateRun({ kernels: [kernel()], jobs, cancelled: false });
    return conclude(verdict, 4, boots.length, problems(variants, boots, compare(variants, boots)));
  };

  test('nothing is wrong', () => {
    const verdict = verdictOf(rounds([100, 110], [150, 165]));
    expect(verdict).toMatchObject({ exitCode: 0, headline: 'Measured: 4 of 4 boots counted', reasons: [] });
  });

  test('a series that handled no fault speculatively was not measured', () => {
    const idle = boot('spf-v12', 0, 150);
    const counters = { ...idle.counters, 'touch.vmstat.speculative_pgfault': 0 };
    for (const boots of [
      [boot('base', 0, 100), { ...idle, counters }],
      [boot('base', 0, 100), { ...boot('base', 0, 100), variant: 'spf-v12' }],
    ])
      expect(verdictOf(boots)).toMatchObject({
        exitCode: 3,
        status: 'ERROR',
        headline: 'Nothing was measured: spf-v12 handled no fault of the scene touch speculatively',
      });
  });

  test('a base that handles faults speculatively is none', () => {
    const boots = [{ ...boot('spf-v12', 0, 100), variant: 'base' }, boot('spf-v12', 0, 150)];
    expect(verdictOf(boots)).toMatchObject({
      exitCode: 3,
      headline: expect.stringContaining('it is no base') as string,
    });
  });

  test('a kernel without a counted boot was not measured, said once', () => {
    expect(verdictOf([boot('spf-v12', 0, 100)])).toMatchObject({
      exitCode: 3,
      reasons: ['no boot of base counted'],
    });
  });

  test('a scene that did not run was not measured', () => {
    const boots = rounds([100], [150]).map((one) => ({
      ...one,
      counters: { ...one.counters, 'fork.faultsPerSecond': 0 },
    }));
    expect(verdictOf(boots)).toMatchObject({
      exitCode: 3,
      headline: 'Nothing was measured: no boot of base counted for the scene fork',
    });
  });

  test('a kernel that went wrong goes before figures that mean nothing', () => {
    const failed = [job({ status: 'FAIL', culprit: 'code', reason: 'it broke', confidence: 'certain' })];
    const verdict = verdictOf([boot('base', 0, 100)], failed);
    expect(verdict).toMatchObject({ exitCode: 1, status: 'FAIL' });
    expect(verdict.reasons.join('\n')).toContain('no boot of spf-v12 counted');
  });
});
