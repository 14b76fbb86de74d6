import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchStricken } from '../../../harness/machine/qemu/stricken.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A console of which only the words are there. */
const consoleWith = (words: string) => ({
  words,
  get length() {
    return this.words.length;
  },
  tail(bytes = 4096) {
    return Promise.resolve(this.words.slice(-bytes));
  },
});
const boot = '[    0.000000] Linux version 5.10.1 (a@b) #1\n[    1.000000] ALSA: [#] nothing\n';
const oops = '[    1.5] Oops: Exception in kernel mode, sig: 5 [#1]\n';

it('a kernel that oopsed and is silent is given up', async () => {
  const silent = vi.fn();
  watchStricken(consoleWith(boot + oops), 10, silent);
  await vi.advanceTimersByTimeAsync(9_500);
  expect(silent).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).toHaveBeenCalledOnce();
});

it('a slow one is not, until it oopses', async () => {
  const silent = vi.fn();
  const console = consoleWith(boot);
  watchStricken(console, 10, silent);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(silent).not.toHaveBeenCalled();
  console.words += oops;
  await vi.advanceTimersByTimeAsync(25_000);
  expect(silent).toHaveBeenCalledOnce();
});

it('nor is one that goes on talking', async () => {
  const silent = vi.fn();
  const console = consoleWith(boot + oops);
  watchStricken(console, 10, silent);
  for (let round = 0; round < 10; round++) {
    await vi.advanceTimersByTimeAsync(8_000);
    console.words += 'words\n';
  }
  expect(silent).not.toHaveBeenCalled();
});

it('stops when told, also between two looks', async () => {
  const silent = vi.fn();
  const console = consoleWith(boot);
  const stop = watchStricken(console, 10, silent);
  await vi.advanceTimersByTimeAsync(25_000);
  stop();
  console.words += oops;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).not.toHaveBeenCalled();
});
