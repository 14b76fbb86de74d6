import { nobody, top, type Blame, type Row } from './row.ts';

/** `(&lock){+.+.}-{3:3}, at: [<address>] func+0x…`: the lock that is wanted has no number, those held have. */
const at = /^(?!\s*#\d+:|\s*\.\.\. ).* at: (?:\[<[0-9a-f]+>\])?\s*(?<fn>[\w.$]+)\+0x/;
const heldAt = /^\s*#0: .* at: (?:\[<[0-9a-f]+>\])?\s*(?<fn>[\w.$]+)\+0x/;
const release = /is trying to release lock .* at:/;
const wanted = top(at);
/** No stack is printed: who took the lock that is still held is all that is said. */
const held: Blame = { pick: 'named', first: [heldAt] };
/** Who lets go of the object is a destructor; who asked for it is named. */
const freed: Blame = { pick: 'top', skip: /_(?:put|free|destruct)$/, last: at };
const locker = /^(?:perf_event_ctx_lock|lock_sock|_?_?rtnl_)$/;

/** Work queues take pseudo locks around each work: the worker is nobody's deadlock. */
const worker = /^(?:process_one_work|process_scheduled_works|worker_thread|kthread|ret_from_fork)/;

const becameSafe = /which became .*irq-safe at:/i;

const deadlock = (word: string, head: RegExp): Row => ({
  words: [word],
  head,
  kind: 'lockdep',
  variants: [
    { near: [becameSafe], title: 'possible deadlock in {frame}', blame: { pick: 'top', stack: becameSafe } },
    { title: 'possible deadlock in {frame}', blame: { ...wanted, last: at, history: true, skip: worker } },
  ],
});

/** kernel/locking/lockdep.c; before 4.13 `[ INFO: … ]`, later `WARNING: …`; `[ BUG: … ]` for misuse. */
export const lockdep: readonly Row[] = [
  deadlock('possible circular locking dependency detected', /possible circular locking dependency detected/),
  deadlock('possible recursive locking detected', /possible recursive locking detected/),
  deadlock(
    'possible irq lock inversion dependency detected',
    /possible irq lock inversion dependency detected/,
  ),
  deadlock(
    'safe -> ',
    /(?:SOFT|HARD)IRQ-(?:READ-)?safe -> (?:SOFT|HARD)IRQ-(?:READ-)?unsafe lock order detected/,
  ),
  deadlock('safe -> ', /-(?:READ-)?safe -> \S+-(?:READ-)?unsafe lock order detected/),
  {
    words: ['inconsistent lock state'],
    head: /inconsistent lock state/,
    kind: 'lockdep',
    variants: [{ title: 'inconsistent lock state in {frame}', blame: wanted }],
  },
  {
    words: ['BUG: Invalid wait context'],
    head: /BUG: Invalid wait context/,
    kind: 'lockdep',
    variants: [{ title: 'WARNING: locking bug in {frame}' }],
  },
  {
    words: ['bad unlock balance', 'bad contention'],
    head: /^(?<level>WARNING:|\[ BUG:) (?:bad unlock balance|bad contention) detected!/,
    kind: 'lockdep',
    variants: [
      { near: [/^\[ BUG/], title: 'BUG: bad unlock balance in {frame}' },
      { near: [release], title: 'WARNING: bad unlock balance in {frame}' },
      { title: 'WARNING: bad unlock balance in {frame}' },
    ],
  },
  {
    words: ['held lock freed!'],
    head: /^(?:WARNING:|\[ BUG:) held lock freed!/,
    kind: 'lockdep',
    variants: [
      { near: [/^\[ BUG/], title: 'BUG: held lock freed in {frame}', blame: freed },
      { title: 'WARNING: held lock freed in {frame}', blame: freed },
    ],
  },
  {
    words: ['lock held when returning to user space!'],
    head: /^(?:WARNING:|\[ BUG:) lock held when returning to user space!/,
    kind: 'lockdep',
    variants: [
      { near: [/^\[ BUG/], title: 'BUG: lock held when returning to user space in {frame}', blame: held },
      { title: 'WARNING: lock held when returning to user space in {frame}', blame: held },
    ],
  },
  {
    words: ['still has locks held!'],
    head: /^(?:WARNING:|\[ BUG:) .*still has locks held!/,
    kind: 'lockdep',
    variants: [
      { near: [/^\[ BUG/], title: 'BUG: still has locks held in {frame}', blame: held },
      { title: 'WARNING: still has locks held in {frame}', blame: held },
    ],
  },
  {
    words: ['Nested lock was not taken'],
    head: /^(?:WARNING:|\[ BUG:) Nested lock was not taken/,
    kind: 'lockdep',
    variants: [{ title: 'WARNING: nested lock was not taken in {frame}' }],
  },
  {
    words: ['BUG: spinlock ', 'BUG: rwlock ', 'BUG: mutex ', 'BUG: rt_mutex '],
    head: /BUG: (?<lock>spinlock|rwlock|mutex|rt_mutex) (?<bug>already unlocked|lockup suspected|lockup|recursion|bad magic|wrong owner|wrong CPU|cpu recursion|trylock failure on UP)/,
    kind: 'lockdep',
    variants: [{ title: 'BUG: {lock} {bug} in {frame}', blame: { pick: 'top', skip: locker } }],
  },
  {
    words: ['trying to register non-static key'],
    head: /INFO: trying to register non-static key/,
    kind: 'lockdep',
    variants: [{ title: 'INFO: trying to register non-static key in {frame}' }],
  },
  {
    words: ['too low!'],
    head: /BUG: (?<bug>MAX_STACK_TRACE_ENTRIES|MAX_LOCKDEP_\w+) too low!/,
    kind: 'lockdep',
    variants: [{ title: 'BUG: {bug} too low!', blame: nobody }],
  },
];

/** include/linux/rcupdate.h RCU_LOCKDEP_WARN() through kernel/locking/lockdep.c lockdep_rcu_suspicious(). */
export const rcuUsage: readonly Row[] = [
  {
    words: ['suspicious RCU usage'],
    head: /^(?<level>WARNING|\[ INFO): suspicious RCU usage/,
    kind: 'suspicious-rcu',
    variants: [
      { near: [/^\[ INFO/, /^(?<file>\S+):(?<line>\d+) /], title: 'INFO: suspicious RCU usage in {frame}' },
      { near: [/^\[ INFO/], title: 'INFO: suspicious RCU usage in {frame}' },
      {
        near: [/^(?<file>\S+):(?<line>\d+) (?:suspicious|Illegal|RCU|Suspicious)/],
        title: 'WARNING: suspicious RCU usage in {frame}',
      },
      { title: 'WARNING: suspicious RCU usage', blame: nobody, corrupted: 'the place is missing' },
    ],
  },
];

/** kernel/sched/core.c ___might_sleep(), __schedule_bug(); lib/smp_processor_id.c; kernel/workqueue.c process_one_work(). */
export const atomic: readonly Row[] = [
  {
    words: ['BUG: sleeping function'],
    head: /BUG: sleeping function called from invalid context at (?<place>\S+)/,
    kind: 'sleeping-in-atomic',
    variants: [{ title: 'BUG: sleeping function called from invalid context in {frame}' }],
  },
  {
    words: ['BUG: scheduling while atomic'],
    head: /BUG: scheduling while atomic/,
    kind: 'sleeping-in-atomic',
    variants: [{ title: 'BUG: scheduling while atomic in {frame}' }],
  },
  {
    words: ['BUG: using '],
    head: /BUG: using (?<call>\w+\(\)) in preemptible/,
    kind: 'sleeping-in-atomic',
    variants: [{ title: 'BUG: using {call} in preemptible code in {frame}' }],
  },
  {
    words: ['BUG: workqueue leaked'],
    head: /BUG: workqueue leaked (?:lock|atomic)/,
    kind: 'sleeping-in-atomic',
    variants: [
      {
        near: [/^\s*last function: (?<work>\w+)/],
        title: 'BUG: workqueue leaked lock or atomic in {work}',
        blame: { pick: 'named', first: [/^\s*last function: (?<fn>\w+)/] },
      },
      { title: 'BUG: workqueue leaked lock or atomic in {frame}' },
    ],
  },
];
