import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../harness/base/errors.ts';
import { limitWords, nativeLimits, resolveLimits } from '../../harness/machine/limits.ts';
import type { Limits } from '../../harness/machine/types.ts';

const kinds = ['kvm', 'tcg', 'none'] as const;
const byCause = ({ rcuStall, softLockup, hungTask, silence }: Limits) => [
  rcuStall,
  softLockup,
  hungTask,
  silence,
];

describe('resolveLimits', () => {
  it('keeps the order by cause, whatever a plan overrides: all of it or a UsageError', () => {
    const seconds = fc.integer({ min: 1, max: 2000 });
    const overrides = fc.record(
      { rcuStall: seconds, softLockup: seconds, hungTask: seconds, silence: seconds },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(overrides, fc.constantFrom(...kinds), (changed, kind) => {
        const wanted = byCause({ ...nativeLimits, ...changed });
        const ordered = wanted.every((value, index) => index === 0 || (wanted[index - 1] ?? 0) < value);
        if (!ordered) {
          expect(() => resolveLimits(changed, kind)).toThrow(UsageError);
          return;
        }
        const got = byCause(resolveLimits(changed, kind));
        expect([...got].sort((a, b) => a - b)).toEqual(got);
        expect(new Set(got).size).toBe(got.length);
      }),
    );
  });

  it('gives emulation three times as long, the RCU stall as long as the kernel allows', () => {
    expect(resolveLimits({}, 'kvm')).toEqual(nativeLimits);
    expect(resolveLimits({}, 'tcg')).toEqual({
      boot: 360,
      rcuStall: 300,
      softLockup: 330,
      hungTask: 420,
      silence: 900,
    });
    expect(
      resolveLimits({ rcuStall: 150, softLockup: 160, hungTask: 170, silence: 180 }, 'tcg').rcuStall,
    ).toBe(300);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s seconds', (boot) => {
    expect(() => resolveLimits({ boot }, 'tcg')).toThrow('limit boot');
  });

  it('two causes may not speak at the same time', () => {
    expect(() => resolveLimits({ softLockup: 140 }, 'kvm')).toThrow(
      'softLockup 140 s is not under hungTask 140 s',
    );
  });

  it('says which two are the wrong way round', () => {
    expect(() => resolveLimits({ hungTask: 400 }, 'kvm')).toThrow(
      'hungTask 400 s is not under silence 300 s',
    );
  });
});

it('limitWords: the watchdog threshold is half of the soft lockup time', () => {
  expect(limitWords(resolveLimits({}, 'tcg'))).toEqual([
    'rcupdate.rcu_cpu_stall_timeout=300',
    'watchdog_thresh=165',
    'sysctl.kernel.hung_task_timeout_secs=420',
  ]);
});
