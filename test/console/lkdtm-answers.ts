/** What a person reads in a recording: kind, title, function blamed. */
export type Answer = readonly [kind: string, title: string, blamed: string | null];

const nullPointer = 'BUG: unable to handle kernel NULL pointer dereference in';
const paging = 'BUG: unable to handle kernel paging request in';
const atomic = 'BUG: sleeping function called from invalid context in';
const refcounts = [
  ...['inc-overflow', 'add-overflow', 'dec-zero', 'dec-negative', 'dec-and-test-negative'],
  ...['sub-and-test-negative', 'inc-zero', 'add-zero', 'inc-saturated'],
];

/** By the name of the crash: what LKDTM did, and where. The same on every architecture, byte order and MMU. */
export const everywhere: Readonly<Record<string, readonly Answer[]>> = {
  bug: [['bug', 'kernel BUG in lkdtm_BUG', 'lkdtm_BUG']],
  warning: [['warning', 'WARNING in lkdtm_WARNING', 'lkdtm_WARNING']],
  'warning-message': [['warning', 'WARNING in lkdtm_WARNING_MESSAGE', 'lkdtm_WARNING_MESSAGE']],
  exception: [['page-fault', `${nullPointer} lkdtm_EXCEPTION`, 'lkdtm_EXCEPTION']],
  'access-null': [['page-fault', `${nullPointer} lkdtm_ACCESS_NULL`, 'lkdtm_ACCESS_NULL']],
  // Under ELFv1 the pointer is to a descriptor, and reading that is what fails; elsewhere nothing is at the counter.
  'exec-null': [['page-fault', `${nullPointer} execute_location`, 'execute_location']],
  // No return address survives, so nobody can be blamed.
  'corrupt-stack': [['page-fault', `${paging} corrupted`, null]],
  'slab-free-page': [['page-fault', `${nullPointer} lkdtm_SLAB_FREE_PAGE`, 'lkdtm_SLAB_FREE_PAGE']],
  'overwrite-allocation': [['slab-corruption', 'BUG: kmalloc-1k: Right Redzone overwritten', null]],
  'write-after-free': [['slab-corruption', 'BUG: kmalloc-1k: Poison overwritten', null]],
  'slab-free-double': [['slab-corruption', 'BUG: Object already free', null]],
  // LKDTM itself says BUG() to the poison that it read.
  'read-after-free': [['bug', 'kernel BUG in lkdtm_READ_AFTER_FREE', 'lkdtm_READ_AFTER_FREE']],
  'write-ro': [['page-fault', `${paging} lkdtm_WRITE_RO`, 'lkdtm_WRITE_RO']],
  'hung-task': [['hung-task', 'INFO: task hung in lkdtm_HUNG_TASK', 'lkdtm_HUNG_TASK']],
  // A stall shows a random place of its loop, so it is named after where the work was entered.
  softlockup: [['soft-lockup', 'BUG: soft lockup in full_proxy_write', 'full_proxy_write']],
  panic: [['panic', 'kernel panic: dumptest', null]],
  ...Object.fromEntries(
    refcounts.map((name) => {
      const culprit = `lkdtm_REFCOUNT_${name.toUpperCase().replaceAll('-', '_')}`;
      return [`refcount-${name}`, [['refcount', `WARNING: refcount bug in ${culprit}`, culprit]]];
    }),
  ),
};

/** Where one machine or profile says something else, or alone has the crash: by directory and name. */
export const here: Readonly<Record<string, readonly Answer[]>> = {
  // 32 frames of 1 KiB run over the 16 KiB stack into what lies below, and a pipe's wait queue pays for it later.
  'ppc64/exhaust-stack': [['page-fault', `${paging} pipe_release`, 'pipe_release']],
  'x86_64/exec-data': [['page-fault', `${paging} lkdtm_EXEC_DATA`, 'lkdtm_EXEC_DATA']],
  'x86_64/stack-guard-page-leading': [
    [
      'stack-overflow',
      'BUG: stack guard page was hit in lkdtm_STACK_GUARD_PAGE_LEADING',
      'lkdtm_STACK_GUARD_PAGE_LEADING',
    ],
  ],
  // KASAN's own read of its shadow is what faults.
  'x86_64-kasan/access-null': [
    ['general-protection', 'general protection fault in lkdtm_ACCESS_NULL', 'lkdtm_ACCESS_NULL'],
  ],
  'x86_64-kasan/exception': [
    ['general-protection', 'general protection fault in lkdtm_EXCEPTION', 'lkdtm_EXCEPTION'],
  ],
  'x86_64-kasan/overwrite-allocation': [
    ['kasan', 'KASAN: slab-out-of-bounds Write in lkdtm_OVERWRITE_ALLOCATION', 'lkdtm_OVERWRITE_ALLOCATION'],
  ],
  'x86_64-kasan/write-after-free': [
    ['kasan', 'KASAN: use-after-free Write in lkdtm_WRITE_AFTER_FREE', 'lkdtm_WRITE_AFTER_FREE'],
  ],
  'x86_64-kasan/read-after-free': [
    ['kasan', 'KASAN: use-after-free Read in lkdtm_READ_AFTER_FREE', 'lkdtm_READ_AFTER_FREE'],
  ],
  'x86_64-kasan/slab-free-double': [
    ['kasan', 'KASAN: invalid-free in lkdtm_SLAB_FREE_DOUBLE', 'lkdtm_SLAB_FREE_DOUBLE'],
  ],
  'x86_64-kasan/corrupt-stack': [
    ['kasan', 'KASAN: stack-out-of-bounds Write in __lkdtm_CORRUPT_STACK', '__lkdtm_CORRUPT_STACK'],
  ],
  'x86_64-kasan/corrupt-list-add': [
    ['list-corruption', 'BUG: corrupted list in lkdtm_CORRUPT_LIST_ADD', 'lkdtm_CORRUPT_LIST_ADD'],
  ],
  'x86_64-kasan/corrupt-list-del': [
    ['list-corruption', 'BUG: corrupted list in lkdtm_CORRUPT_LIST_DEL', 'lkdtm_CORRUPT_LIST_DEL'],
  ],
  // What dies with interrupts off goes on to exit that way.
  'x86_64-kasan/exec-data': [
    ['page-fault', `${paging} data_area`, 'data_area'],
    ['sleeping-in-atomic', `${atomic} exit_signals`, 'exit_signals'],
  ],
  'x86_64-kasan/write-ro': [
    ['page-fault', `${paging} lkdtm_WRITE_RO`, 'lkdtm_WRITE_RO'],
    ['sleeping-in-atomic', `${atomic} exit_signals`, 'exit_signals'],
  ],
  'x86_64-kasan/spinlockup': [
    ['lockdep', 'WARNING: lock held when returning to user space in lkdtm_SPINLOCKUP', 'lkdtm_SPINLOCKUP'],
    ['sleeping-in-atomic', `${atomic} __fput`, '__fput'],
    ['rcu-stall', 'INFO: rcu detected stall in full_proxy_write', 'full_proxy_write'],
  ],
};

/** Why a report says of itself that it may not be whole. */
export const doubtful: Readonly<Record<string, string>> = {
  'x86_64/corrupt-stack': 'no usable function in the stack',
  'ppc64/corrupt-stack': 'no stack in the report',
  'ppc64le/corrupt-stack': 'no stack in the report',
  'x86_64/stack-guard-page-leading': 'a call trace is empty',
};
