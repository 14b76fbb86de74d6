import { nobody, type Blame, type Row } from './row.ts';

const stall: Blame = { pick: 'stall' };

/**
 * RCU looks from the timer interrupt: above that is the looking, below it what was interrupted. x86, arm, arm64, powerpc
 * (arch/powerpc/kernel/exceptions-64s.S), riscv.
 */
const belowTick: Blame = {
  pick: 'stall',
  below:
    /^(?:asm_)?(?:smp_)?(?:sysvec_)?(?:trace_)?apic_timer_interrupt(?:_entry\w*)?$|^__irq_svc$|^el1h?_(?:64_)?irq$|^reschedule_interrupt$|^decrementer_common(?:_virt)?$|^(?:handle_exception|do_irq|handle_riscv_irq)$/,
};
/** Tasks that were preempted within a reader, or a grace period's thread that does not run: the traces are theirs. */
const asleep = /Tasks blocked on level-|kthread starved for|detected expedited stalls/;
const hang: Blame = { pick: 'hang' };

const rcuStall = { title: 'INFO: rcu detected stall in {frame}', alt: ['stall in {frame}'] };

/** kernel/rcu/tree_stall.h, kernel/watchdog.c, kernel/hung_task.c, kernel/workqueue.c wq_watchdog_timer_fn(). */
export const hangs: readonly Row[] = [
  {
    words: ['detected stall', 'detected expedited stall'],
    head: /INFO: (?:rcu_\w+|srcu\w*) (?:self-)?detected (?:expedited )?stalls? on/,
    kind: 'rcu-stall',
    variants: [
      { ...rcuStall, near: [asleep], blame: { ...belowTick, onlyBelow: true } },
      { ...rcuStall, blame: belowTick },
    ],
  },
  {
    words: ['BUG: soft lockup'],
    head: /BUG: soft lockup - CPU#(?<cpu>\d+) stuck for (?<seconds>\d+)s! \[(?<comm>.*):(?<pid>\d+)\]|BUG: soft lockup/,
    kind: 'soft-lockup',
    variants: [{ title: 'BUG: soft lockup in {frame}', alt: ['stall in {frame}'], blame: stall }],
  },
  {
    words: ['hard LOCKUP', 'Hard LOCKUP', 'NMI watchdog: Watchdog detected'],
    head: /Watchdog detected hard LOCKUP on cpu|watchdog: CPU ?\d+ (?:self-detected hard LOCKUP|detected hard LOCKUP on other CPUs)|Watchdog CPU:\d+ Hard LOCKUP|NMI watchdog: Watchdog detected/,
    kind: 'hard-lockup',
    variants: [{ title: 'BUG: hard lockup in {frame}', alt: ['stall in {frame}'], blame: stall }],
  },
  {
    words: ['INFO: task '],
    head: /INFO: task (?:(?<comm>.*):(?<pid>\d+) blocked for more than (?<seconds>\d+) seconds|[\ufffd]+)/,
    kind: 'hung-task',
    variants: [{ title: 'INFO: task hung in {frame}', alt: ['hang in {frame}'], blame: hang }],
  },
  {
    words: ["can't die for more than"],
    head: /INFO: task (?<comm>.*):(?<pid>\d+) can't die for more than/,
    kind: 'hung-task',
    variants: [{ title: "INFO: task can't die in {frame}", alt: ['hang in {frame}'], blame: hang }],
  },
  {
    words: ['BUG: workqueue lockup'],
    head: /BUG: workqueue lockup/,
    kind: 'workqueue-lockup',
    variants: [{ title: 'BUG: workqueue lockup', blame: nobody }],
  },
  {
    words: ['unregister_netdevice: waiting for '],
    head: /unregister_netdevice: waiting for (?<device>\S+) to become free/,
    kind: 'hung-task',
    oneLine: true,
    variants: [{ title: 'unregister_netdevice: waiting for DEV to become free', blame: nobody }],
  },
];
