import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exitCodeOf, judgeSteps } from '../../../harness/campaign/each/judge.ts';
import type { EachBuild, EachStep } from '../../../harness/store/each-record.ts';

const build: EachBuild = {
  ...{ variant: 'x86_64-on', outcome: 'built', words: [], warnings: 0, newWarnings: [] },
  ...{ compiled: 3, seconds: 1, kept: false },
};
const step: EachStep = {
  index: 1,
  patch: { series: 's', number: 1, of: 2, title: 'mm: one', file: '1.patch', sha256: '0'.repeat(64) },
  ...{ commit: '0'.repeat(40), rejection: null, checkpatch: null, builds: [build], notCompiled: [] },
};
const warning = { file: 'mm/memory.o', line: 0, text: 'objtool: f()+0x1: bad', flag: null };
const error = { kind: 'error' as const, type: 'X', line: 7, text: 'is wrong' };

const codeOf = (steps: EachStep[], stopped: string | null = null) => {
  const complaints = judgeSteps({ steps, stopped, symbol: 'SPF' });
  return { code: exitCodeOf({ complaints, stopped }), complaints };
};

const faults: Record<string, Partial<EachStep>> = {
  'does-not-build': { builds: [{ ...build, outcome: 'failed', words: ['mm/a.c:1: error: x'] }] },
  'new-warning': { builds: [{ ...build, newWarnings: [warning] }] },
  checkpatch: { checkpatch: { errors: 1, warnings: 0, complaints: [error] } },
};
const usage: Record<string, Partial<EachStep>> = {
  'does-not-apply': { rejection: 'mm/a.c: no such lines', builds: [] },
  'never-offered': { builds: [{ ...build, outcome: 'not-offered', words: ['no such symbol'] }] },
};

test.each(Object.entries(faults))('%s is the fault of the series: 1', (kind, change) => {
  const { code, complaints } = codeOf([{ ...step, ...change }]);
  expect(complaints.map((one) => one.kind)).toEqual([kind]);
  expect(complaints[0]?.words).toHaveLength(1);
  expect(code).toBe(1);
});

test.each(Object.entries(usage))('%s cannot be judged as asked: 2', (kind, change) => {
  const { code, complaints } = codeOf([{ ...step, ...change }]);
  expect(complaints.map((one) => one.kind)).toEqual([kind]);
  expect(code).toBe(2);
});

test('warnings of checkpatch, and a symbol that comes later, are nothing to complain of', () => {
  const early = { ...step, builds: [{ ...build, outcome: 'not-offered' as const }] };
  const warned = { ...step, checkpatch: { errors: 0, warnings: 2, complaints: [] } };
  expect(codeOf([early, warned])).toEqual({ code: 0, complaints: [] });
});

test('who was stopped does not complain of what was still to come', () => {
  const early = { ...step, builds: [{ ...build, outcome: 'not-offered' as const }] };
  expect(codeOf([early], 'cancelled')).toEqual({ code: 3, complaints: [] });
});

test('any fault anywhere is 1, whatever else happened; without one it never is', () => {
  const good = [step, { ...step, ...usage['does-not-apply'] }, { ...step, ...usage['never-offered'] }];
  const bad = Object.values(faults).map((change) => ({ ...step, ...change }));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...good)),
      fc.array(fc.constantFrom(...bad)),
      fc.option(fc.constant('disk full')),
      (some, wrong, stopped) => {
        const { code } = codeOf([...some, ...wrong], stopped);
        expect(code === 1).toBe(wrong.length > 0);
        if (stopped !== null) expect(code).not.toBe(0);
      },
    ),
  );
});
