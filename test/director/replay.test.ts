import { describe, expect, it } from 'vitest';
import { parsePoint } from '../../harness/director/point.ts';
import { scheduleOf } from '../../harness/director/replay/translate.ts';
import { scheduleSchema } from '../../harness/director/schedule.ts';
import { CHECKS } from '../../harness/model/protocol/checks.ts';
import { MUTANTS } from '../../harness/model/protocol/mutants.ts';
import { FIXED, mutated, posted, runCheck, systemOf } from '../../harness/model/protocol/run.ts';

const checkOf = (id: string) => CHECKS.find((check) => check.id === id)!;
const all = [
  ...CHECKS.map((check) => ({ check, variant: posted(check), mutant: null })),
  ...MUTANTS.map((row) => ({ check: checkOf(row.check), variant: mutated(row), mutant: row.id })),
];
const replayed = (id: string) => {
  const { check, variant, mutant } = all.find(({ check, mutant }) => (mutant ?? check.id) === id)!;
  const { fault, trace } = runCheck(check, variant);
  return scheduleOf({ check, mutant, fault: fault!, trace });
};
const brief = (id: string) => {
  const schedule = replayed(id);
  if (typeof schedule === 'string') return schedule;
  scheduleSchema.parse(schedule);
  const { actors, setup, steps, expect: expected } = schedule;
  const lines = (steps as Record<string, string>[]).map(({ run, until, wait, remember, holding, times }) =>
    [run ?? 'wait', (until ?? wait)!.split(' | ')[0], remember ?? holding ?? times]
      .filter(Boolean)
      .join(', '),
  );
  return { actors, setup, lines, expected };
};

describe('the places of the model', () => {
  it('are points, each', () => {
    const places = all.flatMap(({ check, variant }) =>
      [variant, FIXED].flatMap((each) =>
        systemOf(check, each).processes.flatMap(({ steps }) => steps.flatMap(({ at }) => at ?? [])),
      ),
    );
    expect(new Set(places).size).toBeGreaterThan(40);
    for (const place of new Set(places)) expect(parsePoint(place)).toHaveProperty('function');
  });
});

describe('a counterexample as a schedule', () => {
  it('keeps a thread where it takes its next step, and remembers whose grace period it waits for', () => {
    expect(brief('lookup')).toEqual({
      setup: 'map a 16; map b 16; map c 16',
      actors: { t0: 'load a+1', writer: 'unmap a 16' },
      lines: [
        't0, find_vma_rcu: line read_seqretry(&mm->mm_seq, seq)',
        'writer, call_rcu, head1',
        'writer, __do_munmap: in vmacache_invalidate',
        'wait, __vm_rcu_put',
        'wait, __vm_rcu_put: return',
        't0, vmacache_find: line vmas[idx]',
        'writer, end',
        't0, end',
      ],
      expected: { finding: 'use-after-free' },
    });
  });

  it('knows a place that others come to by the VMA in hand', () => {
    expect(brief('direct-put')).toMatchObject({
      actors: { writer: 'protect a 16 rw; unmap a 16' },
      lines: [
        'writer, mprotect_fixup, vma1',
        'writer, operation 2',
        't0, find_vma_in_tree: line tmp->vm_end > addr, vma1',
        'writer, end',
        't0, end',
      ],
    });
  });

  it('counts how often a place is passed, and looks for every store at the end', () => {
    expect(brief('fork-without-section')).toMatchObject({
      actors: { t0: 'store a/1 1; store a/3 3', caller: 'fork' },
      lines: [
        't0, operation 2',
        'caller, dup_mmap: line flush_tlb_mm(oldmm)',
        't1, spf_pte_lock, 2',
        't0, end',
        'caller, end',
        't1, operation 2',
        't1, end',
      ],
      expected: { results: [3, 4, 5, 6].map((operation) => ({ actor: 't1', operation, is: 0 })) },
    });
  });

  it('stores once more where nobody may, after mprotect has returned', () => {
    expect(brief('parity')).toMatchObject({
      actors: {
        caller0: 'discard a 1',
        caller1: 'discard a 1; protect a 16 r',
        t0: 'store a/1 1; store a/1 1',
      },
      expected: { results: [{ actor: 't0', operation: 2, is: 0 }] },
    });
  });

  it.each([
    ['sequence', /P10 shows in nothing/],
    ['refusal', /no operation for split-protect/],
    ['no-check-after-lock', /nobody can be kept before change_protection\(\)/],
    ['exit-without-clear', /no operation for exit/],
  ])('of %s is none, and says why', (id, why) => {
    expect(replayed(id)).toMatch(why);
  });

  it('is there for 23 of them at least, and can be read', () => {
    let made = 0;
    let found = 0;
    for (const { check, variant, mutant } of all) {
      const { fault, trace } = runCheck(check, variant);
      if (fault === null) continue;
      found++;
      const schedule = scheduleOf({ check, mutant, fault, trace });
      if (typeof schedule === 'string') continue;
      made++;
      expect(scheduleSchema.safeParse(schedule).error).toBeUndefined();
    }
    expect(found).toBeGreaterThan(40);
    expect(made).toBeGreaterThanOrEqual(23);
  });
});
