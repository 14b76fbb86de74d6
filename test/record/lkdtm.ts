#!/usr/bin/env node
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { BootOptions } from '../../harness/machine/types.ts';
import { bootGuest, knownArch } from './guest.ts';

/**
 * Records what the series' kernel says to a crash of a known kind (drivers/misc/lkdtm), from the trigger on, one file
 * each: `node test/record/lkdtm.ts [--profile race] ARCH DIRECTORY [TYPE…]`. The answers are a person's, in
 * test/console/lkdtm.test.ts.
 */

/** A guest that survives is used again, until one does not answer. */
interface Way {
  readonly types: readonly string[];
  readonly append?: readonly string[];
  readonly limits?: BootOptions['limits'];
  /** Seconds until everything has been said. */
  readonly wait: number;
  /** A lockup needs a guest of its own. */
  readonly alone?: true;
}

const soon = { rcuStall: 20, softLockup: 21, hungTask: 22, silence: 200 } as const;
const quiet = 'rcupdate.rcu_cpu_stall_suppress=1';
const ways: readonly Way[] = [
  {
    wait: 1.5,
    append: ['slub_debug=FZPU', 'kasan_multi_shot'],
    types: (
      'BUG WARNING WARNING_MESSAGE EXCEPTION CORRUPT_STACK OVERWRITE_ALLOCATION WRITE_AFTER_FREE ' +
      'READ_AFTER_FREE SLAB_FREE_DOUBLE SLAB_FREE_PAGE EXEC_NULL EXEC_DATA ACCESS_NULL WRITE_RO ' +
      'CORRUPT_STACK_STRONG CORRUPT_LIST_ADD CORRUPT_LIST_DEL STACK_GUARD_PAGE_LEADING ' +
      'REFCOUNT_INC_OVERFLOW REFCOUNT_ADD_OVERFLOW REFCOUNT_DEC_ZERO REFCOUNT_DEC_NEGATIVE ' +
      'REFCOUNT_DEC_AND_TEST_NEGATIVE REFCOUNT_SUB_AND_TEST_NEGATIVE REFCOUNT_INC_ZERO REFCOUNT_ADD_ZERO ' +
      'REFCOUNT_INC_SATURATED'
    ).split(' '),
  },
  { wait: 5, alone: true, types: ['PANIC', 'EXHAUST_STACK'] },
  { wait: 75, alone: true, append: [quiet, 'watchdog_thresh=5'], types: ['SOFTLOCKUP', 'HARDLOCKUP'] },
  {
    wait: 75,
    alone: true,
    limits: soon,
    append: ['rcupdate.rcu_cpu_stall_timeout=6', 'watchdog_thresh=60'],
    types: ['LOOP', 'SPINLOCKUP'],
  },
  {
    wait: 60,
    alone: true,
    append: ['sysctl.kernel.hung_task_timeout_secs=5', quiet],
    types: ['HUNG_TASK'],
  },
];

const { values, positionals } = parseArgs({
  options: { profile: { type: 'string', default: 'race' } },
  allowPositionals: true,
});
const [id, directory = '.', ...wanted] = positionals;
const arch = knownArch(id);
mkdirSync(directory, { recursive: true });

type Guest = Awaited<ReturnType<typeof bootGuest>>;
const boot = ({ append = [], limits }: Way): Promise<Guest> =>
  bootGuest(arch, { append, profile: values.profile, ...(limits && { limits }) });
const consoleOf = (guest: Guest): Buffer => readFileSync(join(guest.directory, 'console.log'));
/** hvc's console is slow: what was said so far may be only the beginning. */
const untilQuiet = async (guest: Guest): Promise<void> => {
  for (let length = -1; length !== consoleOf(guest).length; await sleep(1500))
    length = consoleOf(guest).length;
};
const answers = async (guest: Guest): Promise<boolean> => {
  const { exitCode } = await guest.exec(['true'], { timeout: 5 }).catch(() => ({ exitCode: null }));
  return exitCode === 0;
};

for (const way of ways) {
  let guest: Guest | undefined;
  for (const type of way.types.filter((name) => wanted.length === 0 || wanted.includes(name))) {
    guest ??= await boot(way);
    const from = consoleOf(guest).length;
    // A lock that is never released is only met by the second.
    const trigger = `echo 1 >/sys/kernel/debug/clear_warn_once; echo ${type} >/sys/kernel/debug/provoke-crash/DIRECT`;
    const script = type === 'SPINLOCKUP' ? `(${trigger}) & sleep 1; ${trigger}` : trigger;
    void guest.exec(['sh', '-c', script], { timeout: 600 }).catch(() => undefined);
    await Promise.race([guest.ended, sleep(way.wait * 1000)]);
    await untilQuiet(guest);
    writeFileSync(
      join(directory, `${type.toLowerCase().replaceAll('_', '-')}.log`),
      consoleOf(guest).subarray(from),
    );
    console.log(`${type}: ${consoleOf(guest).length - from} bytes`);
    if (way.alone === true || !(await answers(guest))) {
      await guest.stop('cancelled');
      guest = undefined;
    }
  }
  await guest?.stop('cancelled');
}
process.exit(0);
