import { describe, expect, test } from 'vitest';
import { type Check, CHECKS, withScope } from '../../../harness/model/protocol/checks.ts';
import { explore } from '../../../harness/model/protocol/engine/explore.ts';
import { FIXES } from '../../../harness/model/protocol/fixes.ts';
import { HYPOTHESES } from '../../../harness/model/protocol/hypotheses.ts';
import { MUTANTS } from '../../../harness/model/protocol/mutants.ts';
import { failed, reportCheck, reportText } from '../../../harness/model/protocol/report.ts';
import { FIXED, mutated, posted, runCheck, systemOf } from '../../../harness/model/protocol/run.ts';

const checkOf = (id: string): Check => CHECKS.find((check) => check.id === id)!;
const lookup = checkOf('lookup');

describe('v12 as posted', () => {
  test.each([
    ['lookup', 'P1'],
    ['exit', 'P1'],
    ['sequence', 'P10'],
    ['parity', 'P11'],
    ['refusal', 'P12'],
    ['unmap-lock', 'P16'],
    ['unmap-table', 'P17'],
    ['move', 'P15'],
    ['move-table', 'P16'],
  ])('%s: breaks %s', (id, property) => {
    const check = checkOf(id);
    expect(runCheck(check, posted(check)).fault?.property).toBe(property);
  });

  test.each(['protect', 'unmap', 'fork'])('%s: holds', (id) => {
    const report = reportCheck(checkOf(id), runCheck(checkOf(id), posted(checkOf(id))));
    expect(report).toMatchObject({ verdict: 'holds', never: [] });
  });

  test('the use after free goes through the vmacache: erased, put after a grace period, hit, freed', () => {
    const { trace } = runCheck(lookup, posted(lookup));
    const functions = trace.map(({ step }) => step.in);
    const order = ['vm_rcu_put', '__vm_rcu_put', 'vmacache_find', '__remove_vma', 'vmacache_find'];
    let from = 0;
    for (const name of order) {
      from = functions.indexOf(name, from) + 1;
      expect(from, name).toBeGreaterThan(0);
    }
  });
});

describe('with the fixes', () => {
  test.each(CHECKS.map(({ id }) => id))('%s: nothing is broken, and what should happen happens', (id) => {
    const report = reportCheck(checkOf(id), runCheck(checkOf(id), FIXED));
    expect(failed(report)).toBe(false);
    expect(report.verdict).toBe('holds');
  });

  test.each(FIXES.filter(({ mends }) => mends !== 'H1').map(({ id, mends }) => [id, mends]))(
    'none is for nothing: without %s, %s is back',
    (id) => {
      const without = new Set([...FIXED].filter((fix) => fix !== id));
      const broken = CHECKS.filter((check) => check.model === 'fault').some(
        (check) => runCheck(check, without).verdict === 'violated',
      );
      expect(broken).toBe(true);
    },
  );
});

describe('mutants', () => {
  test.each(MUTANTS.map(({ id, killedBy }) => [id, killedBy ?? 'nothing'] as const))(
    '%s: breaks %s',
    (id, expected) => {
      const mutant = MUTANTS.find((each) => each.id === id)!;
      const outcome = explore(systemOf(checkOf(mutant.check), mutated(mutant)));
      expect(outcome.fault?.property ?? 'nothing').toBe(expected);
      if (expected === 'nothing') {
        expect(outcome.verdict).toBe('holds');
        expect(mutant.because).toBeDefined();
      }
    },
  );

  test('ids are used once, checks and hypotheses exist', () => {
    for (const rows of [MUTANTS, CHECKS, FIXES])
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const { check } of MUTANTS) expect(checkOf(check)).toBeDefined();
    for (const { decides } of CHECKS) if (decides !== undefined) expect(HYPOTHESES[decides]).toBeDefined();
  });

  test('a fault scope where nothing is broken on purpose breaks nothing when the mutant is spelt wrong', () => {
    const variant = new Set([...FIXED, 'no-such-mutant']);
    expect(runCheck(checkOf('fork'), variant).verdict).toBe('holds');
  });
});

describe('reductions change no verdict', () => {
  const small = withScope(lookup, { operations: 1 });
  const two = withScope(lookup, { operations: 1, threads: 2, vmas: 2 });
  const all: (readonly [string, Check, ReadonlySet<string>])[] = [
    ['fixed lookup', small, FIXED],
    ['two threads', two, FIXED],
    ...MUTANTS.filter(({ check }) => checkOf(check).model === 'fault').map(
      (mutant) => [mutant.id, checkOf(mutant.check), mutated(mutant)] as const,
    ),
    ...['direct-put', 'retry-forgets-put', 'get-after-unlock', 'no-seqretry'].map((id) => {
      const mutant = MUTANTS.find((each) => each.id === id)!;
      return [id, { ...two, properties: checkOf(mutant.check).properties }, mutated(mutant)] as const;
    }),
  ];
  test.each(all)('%s', (_, check, variant) => {
    const plain = explore(systemOf(check, variant), { reduce: false, symmetry: false });
    for (const reduce of [true, false])
      for (const symmetry of [true, false]) {
        const reduced = explore(systemOf(check, variant), { reduce, symmetry });
        expect([reduced.verdict, reduced.fault?.property]).toEqual([plain.verdict, plain.fault?.property]);
        if (plain.verdict === 'holds') expect(reduced.states).toBeLessThanOrEqual(plain.states);
      }
  });
});

test('steps that are declared independent commute, and steps go only where they say', () => {
  // What a declaration misses, the reduction would not know.
  const clashes = new Set<string>();
  for (const [check, variant] of [
    [withScope(lookup, { operations: 1, threads: 2, vmas: 2 }), posted(lookup)],
    [withScope(checkOf('exit'), {}), FIXED],
    ...CHECKS.filter(({ model }) => model === 'fault').map((each) => [each, posted(each)] as const),
  ] as const)
    for (const clash of audit(systemOf(check, variant, []))) clashes.add(`${check.id}: ${clash}`);
  expect([...clashes]).toEqual([]);
});

test('a report tells thread, function and step of each line', () => {
  const check = checkOf('sequence');
  const text = reportText(reportCheck(check, runCheck(check, posted(check))));
  expect(text).toContain('✖ sequence');
  expect(text).toMatch(
    /^ +3 {2}caller0 {2}unmap_page_range\(\): vm_write_begin\(\) of VMA 0: stores it plus one$/m,
  );
});

/**
 * In every reachable state, for every pair of steps of different processes whose declarations say that their order does not
 * matter: taken in either order they are possible alike and lead to the same state.
 */
function audit(system: ReturnType<typeof systemOf>): Set<string> {
  const clashes = new Set<string>();
  const { layout, processes, report } = system;
  const first = new Uint8Array(layout.size);
  system.start(first);
  const seen = new Map<string, Uint8Array>([[first.join(), first]]);
  const take = (state: Uint8Array, nth: number, way: number): Uint8Array | null => {
    const { at, steps } = processes[nth]!;
    const step = steps[state[at]!]!;
    if (way >= (step.ways ?? 1)) return null;
    const next = state.slice();
    const label = step.run(next, at, way);
    report.fault = null;
    if (label < 0) {
      if (next.join() !== state.join()) clashes.add(`${step.in}: ${step.does} waits, and changes something`);
      return null;
    }
    if (!step.goes.includes(label)) clashes.add(`${step.in}: ${step.does} goes to ${label}`);
    next[at] = label;
    const overflow = layout.overflow(next);
    if (overflow !== null) clashes.add(`${step.in}: ${step.does} overflows ${overflow}`);
    return next;
  };
  for (const state of seen.values()) {
    if (seen.size > 1500) break;
    const steps = processes.map(({ at, steps }) => steps[state[at]!]!);
    for (let a = 0; a < processes.length; a++)
      for (let way = 0; way < (steps[a]!.ways ?? 1); way++) {
        const next = take(state, a, way);
        if (next === null) continue;
        if (!seen.has(next.join())) seen.set(next.join(), next);
        for (let b = 0; b < processes.length; b++) {
          if (a === b || dependent(steps[a]!, steps[b]!)) continue;
          for (let other = 0; other < (steps[b]!.ways ?? 1); other++) {
            const before = take(state, b, other);
            const after = take(next, b, other);
            const swapped = before === null ? null : take(before, a, way);
            if (after?.join() !== swapped?.join())
              clashes.add(`${steps[a]!.in}: ${steps[a]!.does} | ${steps[b]!.in}: ${steps[b]!.does}`);
          }
        }
      }
  }
  return clashes;
}

function dependent(a: { reads: number; writes: number }, b: { reads: number; writes: number }): boolean {
  return (a.writes & (b.reads | b.writes)) !== 0 || (a.reads & b.writes) !== 0;
}
