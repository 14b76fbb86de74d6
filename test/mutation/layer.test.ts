import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingSchema, type FindingKind } from '../../harness/console/finding.ts';
import { layerOf, layerOfCheck, layers, type Noticed } from '../../harness/mutation/layer.ts';
import { rules } from '../../harness/verdict/rules/index.ts';
import { statusSchema } from '../../harness/verdict/words.ts';

const kinds = findingSchema.options.map((option) => option.shape.kind.value);

const said = (kind: FindingKind, first = 0, more: { title?: string; what?: string } = {}) => ({
  kind,
  title: kind,
  lines: { first },
  ...more,
});
const failed = (...names: string[]) => names.map((name) => ({ name, status: 'FAIL' as const }));
const job = (differs: Partial<Noticed>): Noticed => ({
  status: 'FAIL',
  culprit: 'code',
  bootSeconds: 5,
  findings: [],
  checks: [],
  ...differs,
});
const console = failed('console.clean');

describe('who noticed first', () => {
  test.each([
    ['an assertion', [said('vm-bug-on')], 'vm-bug-on'],
    ['KASAN before the oops that follows', [said('page-fault', 90), said('kasan', 10)], 'kasan'],
    ['an oops before the lockup that follows', [said('page-fault', 1), said('soft-lockup', 2)], 'oops'],
    ['a bad page', [said('bad-page', 0, { what: 'map' })], 'slub'],
    ["the kernel's own count of pages", [said('bad-page', 0, { what: 'rss-counter' })], 'leak'],
    ["the kernel's own count of tables", [said('bad-page', 0, { what: 'pgtables' })], 'leak'],
    ['a warning', [said('warning', 0, { title: 'WARNING in foo' })], 'oops'],
    [
      'the watch over RCU heads',
      [said('warning', 0, { title: 'WARNING: ODEBUG bug in vm_rcu_put' })],
      'lock-debugging',
    ],
  ] as const)('%s', (_, findings, layer) => {
    expect(layerOf(job({ findings, checks: console }))).toBe(layer);
  });

  test('what kills the boot is the boot, unless a detector says more', () => {
    const booting = { bootSeconds: null, checks: failed('console.clean', 'machine.booted') };
    expect(layerOf(job({ ...booting, findings: [said('oops')] }))).toBe('boot');
    expect(layerOf(job({ ...booting, findings: [said('vm-bug-on')] }))).toBe('vm-bug-on');
    expect(layerOf(job({ ...booting, checks: failed('machine.booted') }))).toBe('boot');
  });

  test.each([
    [['history.explained', 'machine.ended-clean'], 'history'],
    [['eligibility.as-predicted'], 'counters'],
    [['directed.outcomes'], 'directed'],
    [['counters.speculative-share'], 'counters'],
    [['memory.returned'], 'leak'],
    [['kernel.taint-unchanged'], 'taint'],
    [['machine.ended-clean', 'workload.completed'], 'hang'],
  ])('of the checks %s', (names, layer) => {
    expect(layerOf(job({ checks: failed(...names) }))).toBe(layer);
  });

  test('findings that are known and excused noticed nothing', () => {
    expect(layerOf(job({ findings: [said('kasan')], checks: failed('memory.returned') }))).toBe('leak');
  });
});

describe('the table', () => {
  test('knows every rule of the verdict', () => {
    for (const { name } of rules) expect(layerOfCheck(name), name).not.toBeUndefined();
    expect(layerOfCheck('weather.fine')).toBeUndefined();
    expect(layerOfCheck('historyish')).toBeUndefined();
  });

  test('a layer if and only if the job speaks against the kernel, whatever else it holds', () => {
    const jobs = fc.record({
      status: fc.constantFrom(...statusSchema.options),
      culprit: fc.constantFrom('code', 'tool', 'harness', null),
      bootSeconds: fc.option(fc.nat()),
      findings: fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat()).map(([kind, at]) => said(kind, at))),
      checks: fc.array(
        fc.record({
          name: fc.oneof(fc.constantFrom(...rules.map(({ name }) => name)), fc.string()),
          status: fc.constantFrom(...statusSchema.options),
        }),
      ),
    });
    fc.assert(
      fc.property(jobs, (one) => {
        const layer = layerOf(one);
        const against = one.status === 'FAIL' && one.culprit === 'code';
        return against ? layers.some((known) => known === layer) : layer === null;
      }),
    );
  });

  test('the order in which findings are listed does not matter', () => {
    const findings = fc
      .uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 6 })
      .chain((places) =>
        fc
          .tuple(...places.map((first) => fc.constantFrom(...kinds).map((kind) => said(kind, first))))
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
          ),
      );
    fc.assert(
      fc.property(findings, ([list, shuffled]) => {
        expect(layerOf(job({ findings: shuffled, checks: console }))).toBe(
          layerOf(job({ findings: list, checks: console })),
        );
      }),
    );
  });
});
