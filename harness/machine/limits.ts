import { UsageError } from '../base/errors.ts';
import type { Acceleration, Limits } from './types.ts';

/**
 * Seconds on a native machine, ordered by cause: what is the cause of a hang must speak before its consequences do, so
 * that one loop in the kernel is not four different bugs. `boot` bounds the way to the first command.
 */
export const nativeLimits: Limits = {
  boot: 120,
  rcuStall: 100,
  softLockup: 110,
  hungTask: 140,
  silence: 300,
};

/** Emulated CPUs are slower by more than this; what the limits bound is mostly waiting. */
const emulationFactor = 3;

/** Increasing by cause; each must be smaller than the next. */
const order = ['rcuStall', 'softLockup', 'hungTask', 'silence'] as const;

/** Largest that the kernel keeps: rcu_jiffies_till_stall_check(), kernel/rcu/tree_stall.h. */
const largestRcuStall = 300;

/**
 * Limits to use: the defaults, changed by a plan, scaled for the machine.
 *
 * @param overrides native seconds; the order must still hold.
 * @throws UsageError when it does not, or when a limit is no positive number.
 */
export function resolveLimits(overrides: Partial<Limits>, kind: Acceleration['kind']): Limits {
  const native = { ...nativeLimits, ...overrides };
  for (const [name, seconds] of Object.entries(native))
    if (!(Number.isFinite(seconds) && seconds > 0))
      throw new UsageError(`limit ${name} is ${seconds}; it must be a positive number of seconds`);
  order.slice(1).forEach((later, index) => {
    const earlier = order[index] ?? later;
    if (native[earlier] >= native[later])
      throw new UsageError(
        `limits must be ordered by cause, ${order.join(' < ')}: ${earlier} ${native[earlier]} s is not under ${later} ${native[later]} s`,
      );
  });
  const factor = kind === 'tcg' ? emulationFactor : 1;
  return {
    boot: native.boot * factor,
    rcuStall: Math.min(native.rcuStall * factor, largestRcuStall),
    softLockup: native.softLockup * factor,
    hungTask: native.hungTask * factor,
    silence: native.silence * factor,
  };
}

/** Seconds that a kernel which has oopsed may be silent. */
export const strickenLimit = ({ boot }: Limits): number => boot / 6;

/**
 * The same as words of the kernel's command line. A soft lockup is reported after twice `watchdog_thresh`
 * (get_softlockup_thresh(), kernel/watchdog.c); the command line, unlike the sysctl, takes more than 60.
 */
export function limitWords(limits: Limits): string[] {
  return [
    `rcupdate.rcu_cpu_stall_timeout=${Math.ceil(limits.rcuStall)}`,
    `watchdog_thresh=${Math.ceil(limits.softLockup / 2)}`,
    `sysctl.kernel.hung_task_timeout_secs=${Math.ceil(limits.hungTask)}`,
  ];
}
