import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildProgress, parseStep } from '../../harness/build/kernel-progress.ts';

test.each([
  ['  CC      mm/memory.o', { tool: 'CC', target: 'mm/memory.o' }],
  ['  HOSTCC  scripts/basic/fixdep', { tool: 'HOSTCC', target: 'scripts/basic/fixdep' }],
  [
    '  MKPIGGY arch/x86/boot/compressed/piggy.S',
    { tool: 'MKPIGGY', target: 'arch/x86/boot/compressed/piggy.S' },
  ],
  ['  CHK     include/generated/compile.h', undefined],
  ['  CALL    /src/scripts/checksyscalls.sh', undefined],
  ['mm/memory.c:12:3: warning: CC  x', undefined],
  ['make[1]: Entering directory', undefined],
])('%s', (line, step) => {
  expect(parseStep(line)).toEqual(step);
});

test('half of it in a minute: a minute is left', () => {
  expect(buildProgress(800, 'mm/memory.o', 60, { steps: 1600, exact: true })).toEqual({
    task: 'build',
    text: '800 of 1600 steps: mm/memory.o',
    fraction: 0.5,
    secondsLeft: 60,
  });
});

test('what is not known is not claimed', () => {
  const unknown = buildProgress(800, 'mm/memory.o', 60, undefined);
  expect(unknown.fraction).toBeUndefined();
  expect(unknown.secondsLeft).toBeUndefined();
  expect(unknown.text).toContain('not known');
  expect(buildProgress(10, 'a.o', 1, { steps: 1600, exact: true }).secondsLeft).toBeUndefined();
  expect(buildProgress(800, 'a.o', 60, { steps: 1600, exact: false }).text).toContain('about');
});

test('the share never falls and never says done before it is', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), fc.integer({ min: 1, max: 3000 }), (a, b, steps) => {
      const [few = 0, many = 0] = [a, b].sort((x, y) => x - y);
      const share = (done: number) => buildProgress(done, '', 1, { steps, exact: true }).fraction ?? NaN;
      expect(share(few)).toBeLessThanOrEqual(share(many));
      expect(share(many)).toBeLessThan(1);
    }),
  );
});
