import { expect, it } from 'vitest';
import { createEnding } from '../../harness/machine/ending.ts';

it('keeps the first reason and tells it once the machine is gone', async () => {
  const ending = createEnding();
  ending.because('hang', 'no output');
  ending.because('lost', 'QEMU was killed');
  ending.gone();
  ending.because('clean', 'too late');
  expect(await ending.promise).toEqual({ reason: 'hang', detail: 'no output' });
  expect(ending.known).toEqual({ reason: 'hang', detail: 'no output' });
});

it('a machine that goes without a reason is lost', async () => {
  const ending = createEnding();
  ending.gone();
  expect((await ending.promise).reason).toBe('lost');
});

it('the last words may better the sentence and never the reason', async () => {
  const ending = createEnding();
  ending.because('panic', 'rebooted');
  ending.gone(({ reason }) => `${reason}: Kernel panic - not syncing: sysrq`);
  expect(await ending.promise).toEqual({
    reason: 'panic',
    detail: 'panic: Kernel panic - not syncing: sysrq',
  });
});
