import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchSilence } from '../../harness/machine/silence.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('calls once, when nothing has come for the limit', () => {
  const silent = vi.fn();
  watchSilence(10, () => 0, silent);
  vi.advanceTimersByTime(9_500);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(silent).toHaveBeenCalledOnce();
});

it('every sign of life starts it anew', () => {
  const silent = vi.fn();
  let life = 0;
  watchSilence(10, () => life, silent);
  for (let round = 0; round < 5; round++) {
    vi.advanceTimersByTime(8_000);
    life++;
  }
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(11_000);
  expect(silent).toHaveBeenCalledOnce();
});

it('does not blame the machine for the time that the harness itself was away', () => {
  const silent = vi.fn();
  const now = vi.spyOn(performance, 'now');
  now.mockReturnValue(0);
  watchSilence(10, () => 0, silent);
  // The host slept for an hour: one timer fires, an hour late.
  now.mockReturnValue(3_600_000);
  vi.advanceTimersByTime(1000);
  expect(silent).not.toHaveBeenCalled();
});

it('stops when told', () => {
  const silent = vi.fn();
  watchSilence(10, () => 0, silent)();
  vi.advanceTimersByTime(60_000);
  expect(silent).not.toHaveBeenCalled();
});
