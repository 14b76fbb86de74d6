import type { FindingKind } from '../../../harness/console/finding.ts';

const deadlock = 'possible deadlock in culprit';
const paging = 'BUG: unable to handle kernel paging request in culprit';
const nullPointer = 'BUG: unable to handle kernel NULL pointer dereference in culprit';
const stall = 'INFO: rcu detected stall in culprit';
const hard = 'BUG: hard lockup in culprit';

/**
 * First lines of reports as the kernel's sources print them, the kind and the title of what follows when `culprit` is
 * below them. Each row of the tables has at least one.
 */
export const samples: readonly (readonly [head: string, kind: FindingKind, title: string])[] = [
  // mm/kasan/report.c, mm/kfence/report.c, mm/kmsan/report.c, kernel/kcsan/report.c, lib/ubsan.c
  ['BUG: KASAN: use-after-free in culprit+0x1/0x2', 'kasan', 'KASAN: use-after-free in culprit'],
  ['BUG: KASAN: double-free or invalid-free in culprit+0x1/0x2', 'kasan', 'KASAN: invalid-free in culprit'],
  ['BUG: KFENCE: out-of-bounds read in culprit+0x1/0x2', 'kfence', 'KFENCE: out-of-bounds read in culprit'],
  ['BUG: KMSAN: uninit-value in culprit+0x1/0x2', 'kmsan', 'KMSAN: uninit-value in culprit'],
  ['BUG: KCSAN: data-race in culprit / other', 'kcsan', 'KCSAN: data-race in culprit / other'],
  ['UBSAN: shift-out-of-bounds in mm/mmap.c:12:3', 'ubsan', 'UBSAN: shift-out-of-bounds in culprit'],
  // mm/page_alloc.c, mm/memory.c, kernel/fork.c
  [
    'BUG: Bad page map in process hammer  pte:800000000abcd067 pmd:01234067',
    'bad-page',
    'BUG: Bad page map in culprit',
  ],
  ['BUG: Bad page state in process hammer  pfn:7deea', 'bad-page', 'BUG: Bad page state in culprit'],
  [
    'BUG: Bad rss-counter state mm:ffff888000000000 type:MM_ANONPAGES val:3',
    'bad-page',
    'BUG: Bad rss-counter state',
  ],
  [
    'BUG: non-zero pgtables_bytes on freeing mm: 4096',
    'bad-page',
    'BUG: non-zero pgtables_bytes on freeing mm',
  ],
  // mm/slub.c, mm/slab.c, mm/kmemleak.c
  [
    'BUG vm_area_struct (Not tainted): Poison overwritten',
    'slab-corruption',
    'BUG: vm_area_struct: Poison overwritten',
  ],
  [
    'Slab corruption (Not tainted): names_cache start=ffff888000000000',
    'slab-corruption',
    'slab corruption in culprit',
  ],
  [
    'INFO: Freed in culprit+0x1/0x2 age=1 cpu=0 pid=1',
    'slab-corruption',
    'INFO: Freed in culprit age=NUM cpu=NUM pid=NUM',
  ],
  ['unreferenced object 0xffff88007658a9e0 (size 944):', 'memory-leak', 'memory leak in culprit'],
  // lib/list_debug.c, mm/oom_kill.c
  [
    'list_add corruption. prev->next should be next (ffff888000000010), but was 0000000000000000.',
    'list-corruption',
    'BUG: corrupted list in culprit',
  ],
  [
    'WARNING: CPU: 0 PID: 74 at lib/list_debug.c:27 __list_add_valid+0xb1/0x120',
    'list-corruption',
    'BUG: corrupted list in culprit',
  ],
  ['hammer invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0', 'oom', 'out of memory'],
  ['Out of memory: Killed process 30 (hammer) total-vm:1kB', 'oom', 'out of memory'],
  // kernel/rcu/tree_stall.h, kernel/watchdog.c, kernel/hung_task.c, kernel/workqueue.c, net/core/dev.c
  ['rcu: INFO: rcu_preempt self-detected stall on CPU', 'rcu-stall', stall],
  ['rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:', 'rcu-stall', stall],
  [
    'watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [hammer:12]',
    'soft-lockup',
    'BUG: soft lockup in culprit',
  ],
  ['NMI watchdog: Watchdog detected hard LOCKUP on cpu 1', 'hard-lockup', hard],
  ['watchdog: CPU 1 self-detected hard LOCKUP @ culprit+0x1/0x2', 'hard-lockup', hard],
  ['watchdog: CPU 0 detected hard LOCKUP on other CPUs 1', 'hard-lockup', hard],
  ['INFO: task hammer:12 blocked for more than 143 seconds.', 'hung-task', 'INFO: task hung in culprit'],
  [
    "INFO: task hammer:12 can't die for more than 143 seconds.",
    'hung-task',
    "INFO: task can't die in culprit",
  ],
  ['BUG: workqueue lockup - pool cpus=0 stuck for 33s!', 'workqueue-lockup', 'BUG: workqueue lockup'],
  [
    'unregister_netdevice: waiting for lo to become free. Usage count = 2',
    'hung-task',
    'unregister_netdevice: waiting for DEV to become free',
  ],
  // kernel/locking/lockdep.c, lib/spinlock_debug.c
  ['WARNING: possible circular locking dependency detected', 'lockdep', deadlock],
  ['[ INFO: possible circular locking dependency detected ]', 'lockdep', deadlock],
  ['WARNING: possible recursive locking detected', 'lockdep', deadlock],
  ['WARNING: possible irq lock inversion dependency detected', 'lockdep', deadlock],
  ['WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected', 'lockdep', deadlock],
  ['WARNING: RECLAIM_FS-safe -> RECLAIM_FS-unsafe lock order detected', 'lockdep', deadlock],
  ['WARNING: inconsistent lock state', 'lockdep', 'inconsistent lock state in culprit'],
  ['[ BUG: Invalid wait context ]', 'lockdep', 'WARNING: locking bug in culprit'],
  ['WARNING: bad unlock balance detected!', 'lockdep', 'WARNING: bad unlock balance in culprit'],
  ['WARNING: held lock freed!', 'lockdep', 'WARNING: held lock freed in culprit'],
  [
    'WARNING: lock held when returning to user space!',
    'lockdep',
    'WARNING: lock held when returning to user space in corrupted',
  ],
  ['WARNING: hammer/12 still has locks held!', 'lockdep', 'WARNING: still has locks held in corrupted'],
  ['WARNING: Nested lock was not taken', 'lockdep', 'WARNING: nested lock was not taken in culprit'],
  ['BUG: spinlock bad magic on CPU#1, hammer/12', 'lockdep', 'BUG: spinlock bad magic in culprit'],
  [
    'INFO: trying to register non-static key.',
    'lockdep',
    'INFO: trying to register non-static key in culprit',
  ],
  ['BUG: MAX_LOCKDEP_CHAINS too low!', 'lockdep', 'BUG: MAX_LOCKDEP_CHAINS too low!'],
  ['WARNING: suspicious RCU usage', 'suspicious-rcu', 'WARNING: suspicious RCU usage'],
  // kernel/sched/core.c, lib/smp_processor_id.c, kernel/workqueue.c
  [
    'BUG: sleeping function called from invalid context at mm/mmap.c:12',
    'sleeping-in-atomic',
    'BUG: sleeping function called from invalid context in culprit',
  ],
  [
    'BUG: scheduling while atomic: hammer/12/0x2',
    'sleeping-in-atomic',
    'BUG: scheduling while atomic in culprit',
  ],
  [
    'BUG: using smp_processor_id() in preemptible [00000000] code: hammer/12',
    'sleeping-in-atomic',
    'BUG: using smp_processor_id() in preemptible code in culprit',
  ],
  [
    'BUG: workqueue leaked lock or atomic: kworker/0:0/0x00000000/4',
    'sleeping-in-atomic',
    'BUG: workqueue leaked lock or atomic in culprit',
  ],
  // x86, arm, arm64, riscv, powerpc: mm/fault.c
  ['BUG: kernel NULL pointer dereference, address: 0000000000000040', 'page-fault', nullPointer],
  [
    'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008',
    'page-fault',
    nullPointer,
  ],
  ['BUG: Kernel NULL pointer dereference on read at 0x00000000', 'page-fault', nullPointer],
  [
    'Unable to handle kernel access to user memory outside uaccess routines at virtual address 0000000000000fff',
    'page-fault',
    'BUG: unable to handle kernel access to user memory in culprit',
  ],
  ['BUG: unable to handle page fault for address: ffff888000000000', 'page-fault', paging],
  ['Unable to handle kernel paging request at virtual address dfff800000000000', 'page-fault', paging],
  ['BUG: Unable to handle kernel data access on write at 0xc00000000deadbee', 'page-fault', paging],
  ['BUG: Unable to handle kernel instruction fetch at 0xc00000000deadbee', 'page-fault', paging],
  ['BUG: Unable to handle kernel instruction fetch', 'page-fault', paging],
  ['BUG: Unable to handle kernel instruction fetch (NULL pointer?)', 'page-fault', nullPointer],
  ['BUG: Unable to handle kernel unaligned access at 0xc00000000deadbee', 'page-fault', paging],
  ['BUG: Unable to handle unknown paging fault at 0xc00000000deadbee', 'page-fault', paging],
  ['BUG: unable to handle kernel', 'page-fault', 'BUG: unable to handle kernel'],
  // arch/*/kernel/traps.c
  [
    'general protection fault, probably for non-canonical address 0xdffffc0000000000: 0000 [#1] SMP KASAN',
    'general-protection',
    'general protection fault in culprit',
  ],
  [
    'general protection fault, maybe for address 0xffffffff819e31f0: 0000 [#2] PREEMPT SMP KASAN',
    'general-protection',
    'general protection fault in culprit',
  ],
  ['divide error: 0000 [#1] SMP', 'divide-error', 'divide error in culprit'],
  ['Oops: divide error: 0000 [#1] SMP', 'divide-error', 'divide error in culprit'],
  ['stack segment: 0000 [#1] SMP', 'oops', 'stack segment fault in culprit'],
  ['int3: 0000 [#1] SMP', 'oops', 'int3 in culprit'],
  ['PANIC: double fault, error_code: 0x0', 'double-fault', 'PANIC: double fault in culprit'],
  [
    'BUG: stack guard page was hit at 0000000000000000 (stack is 0000..0000)',
    'stack-overflow',
    'BUG: stack guard page was hit in culprit',
  ],
  ['Insufficient stack space to handle exception!', 'stack-overflow', 'kernel stack overflow in culprit'],
  ['Unhandled fault: page domain fault (0x01b) at 0x00000ea3', 'oops', 'Unhandled fault in culprit'],
  ['Alignment trap: not handling instruction', 'oops', 'Alignment trap in culprit'],
  ['invalid opcode: 0000 [#1] SMP', 'oops', 'invalid opcode in culprit'],
  ['Internal error: Oops - BUG: 0 [#1] PREEMPT SMP', 'oops', 'Internal error in culprit'],
  ['Oops: Exception in kernel mode, sig: 5 [#1]', 'oops', 'Oops in culprit'],
  // lib/bug.c
  ['kernel BUG at lib/list_debug.c:53!', 'list-corruption', 'BUG: corrupted list in culprit'],
  ['kernel BUG at mm/mmap.c:12!', 'bug', 'kernel BUG in culprit'],
  ['Kernel BUG [#1]', 'bug', 'kernel BUG in culprit'],
  // kernel/panic.c
  ['Kernel panic - not syncing: no working thing found', 'panic', 'kernel panic: no working thing found'],
  ['WARNING: CPU: 0 PID: 1 at mm/mmap.c:1 culprit+0x1/0x2', 'warning', 'WARNING in culprit'],
  ['WARNING: mm/mmap.c:1 at culprit+0x1/0x2, CPU#0: hammer/12', 'warning', 'WARNING in culprit'],
  [
    'BUG: Dentry 00000000abcdef01{i=8bb9,n=lo}  still in use (1) [unmount of proc proc]',
    'warning',
    'BUG: Dentry still in use in unmount',
  ],
  [
    "WARNING: kernel stack regs at ffff880019a05f58 in netifd:917 has bad 'bp' value ffffc90000277d78",
    'warning',
    'WARNING: kernel stack regs has bad value',
  ],
  ['INFO:', 'other', 'INFO: corrupted'],
  ['WARNING: something odd', 'other', 'WARNING: something odd'],
  ['BUG: something odd', 'other', 'BUG: something odd'],
];
