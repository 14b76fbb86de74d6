import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Context } from '../../harness/base/context.ts';
import { together } from '../../harness/base/together.ts';

const context = (signal = new AbortController().signal): Context => ({
  ...{ cacheDir: '/nowhere', projectDir: '/nowhere', signal, notify: () => undefined },
});

test('both results, and both at a time', async () => {
  let meet = (): void => undefined;
  const met = new Promise<void>((resolve) => (meet = resolve));
  const results = together(
    context(),
    () => met.then(() => 1),
    async () => {
      meet();
      return Promise.resolve('two');
    },
  );
  expect(await results).toEqual([1, 'two']);
});

test('the first failure is thrown, when the other has been cancelled and is over', async () => {
  const seen: string[] = [];
  const patient = async ({ signal }: Context): Promise<void> => {
    await sleep(60_000, undefined, { signal }).catch(() => seen.push('cancelled'));
    throw new Error('a consequence');
  };
  const failing = () => Promise.reject(new Error('the cause'));
  await expect(together(context(), patient, failing)).rejects.toThrow('the cause');
  await expect(together(context(), failing, patient)).rejects.toThrow('the cause');
  expect(seen).toEqual(['cancelled', 'cancelled']);
});

test('who cancels from outside cancels both', async () => {
  const outside = new AbortController();
  const patient = ({ signal }: Context) => sleep(60_000, undefined, { signal });
  const result = together(context(outside.signal), patient, patient);
  outside.abort();
  await expect(result).rejects.toThrow(/abort/);
});
