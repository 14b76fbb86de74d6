import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchStricken } from '../../harness/machine/stricken.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A console that says what it is told to say. */
function consoleWith(...words: string[]) {
  let { promise, resolve } = Promise.withResolvers<void>();
  let ended = false;
  const more = () => {
    resolve();
    ({ promise, resolve } = Promise.withResolvers<void>());
  };
  return {
    say: (text: string) => {
      words.push(text);
      more();
    },
    end: () => {
      ended = true;
      more();
    },
    async *[Symbol.asyncIterator]() {
      for (let at = 0; ;) {
        if (at < words.length) yield Buffer.from(words[at++]!);
        else if (ended) return;
        else await promise;
      }
    },
  };
}
const boot = '[    0.000000] Linux version 5.10.1 (a@b) #1\n[    1.000000] ALSA: [#] nothing\n';
const oops = '[    1.5] Oops: Exception in kernel mode, sig: 5 [#1]\n';
const limit = { limit: 10 };

it('a kernel that oopsed and is silent is given up, once', async () => {
  const silent = vi.fn();
  watchStricken(consoleWith(boot, oops), limit, silent);
  await vi.advanceTimersByTimeAsync(9_500);
  expect(silent).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).toHaveBeenCalledOnce();
});

it('a slow one is not, until it oopses', async () => {
  const silent = vi.fn();
  const console = consoleWith(boot);
  watchStricken(console, limit, silent);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(silent).not.toHaveBeenCalled();
  console.say(oops);
  await vi.advanceTimersByTimeAsync(9_500);
  expect(silent).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(silent).toHaveBeenCalledOnce();
});

it.each([1, oops.length - 2, oops.length - 3, oops.length - 4])(
  'an oops that comes in two pieces is one (%i)',
  async (at) => {
    const silent = vi.fn();
    watchStricken(consoleWith(boot, oops.slice(0, at), oops.slice(at)), limit, silent);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(silent).toHaveBeenCalledOnce();
  },
);

it('nor is one that goes on talking', async () => {
  const silent = vi.fn();
  const console = consoleWith(boot, oops);
  watchStricken(console, limit, silent);
  for (let round = 0; round < 10; round++) {
    await vi.advanceTimersByTimeAsync(8_000);
    console.say('words\n');
  }
  expect(silent).not.toHaveBeenCalled();
});

it('nor one whose workload goes on', async () => {
  const silent = vi.fn();
  let life = 0;
  watchStricken(consoleWith(boot, oops), { ...limit, life: () => life }, silent);
  for (; life < 10; life++) await vi.advanceTimersByTimeAsync(8_000);
  expect(silent).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(silent).toHaveBeenCalledOnce();
});

it('nor one whose console has ended: it is gone already', async () => {
  const silent = vi.fn();
  const console = consoleWith(boot, oops);
  watchStricken(console, limit, silent);
  await vi.advanceTimersByTimeAsync(5_000);
  console.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).not.toHaveBeenCalled();
});

it('stops when told, before the oops and after it', async () => {
  const silent = vi.fn();
  const consoles = [consoleWith(boot), consoleWith(boot, oops)];
  const stops = consoles.map((console) => watchStricken(console, limit, silent));
  await vi.advanceTimersByTimeAsync(5_000);
  for (const stop of stops) stop();
  for (const console of consoles) console.say(oops);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(silent).not.toHaveBeenCalled();
});
