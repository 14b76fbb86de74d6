import type { Finding } from './finding.ts';

/**
 * Classes of bugs as syzkaller names them (pkg/report/crash), told from the title; the first row that matches decides.
 * A title that no row knows has none.
 */
const rows: readonly (readonly [RegExp, string])[] = [
  [/^KASAN: invalid-free/, 'KASAN-INVALID-FREE'],
  [/^KASAN: null-ptr-deref Write/, 'KASAN-NULL-POINTER-DEREFERENCE-WRITE'],
  [/^KASAN: null-ptr-deref/, 'KASAN-NULL-POINTER-DEREFERENCE-READ'],
  [/^KASAN: \S*use-after-free Write/, 'KASAN-USE-AFTER-FREE-WRITE'],
  [/^KASAN: \S*use-after-free/, 'KASAN-USE-AFTER-FREE-READ'],
  [/^KASAN: \S+ Write/, 'KASAN-WRITE'],
  [/^KASAN: /, 'KASAN-READ'],
  [/^KFENCE: use-after-free write/i, 'KFENCE-USE-AFTER-FREE-WRITE'],
  [/^KFENCE: use-after-free/i, 'KFENCE-USE-AFTER-FREE-READ'],
  [/^KFENCE: invalid free/, 'KFENCE-INVALID-FREE'],
  [/^KFENCE: memory corruption/, 'KFENCE-MEMORY-CORRUPTION'],
  [/^KFENCE: .*write/, 'KFENCE-WRITE'],
  [/^KFENCE: /, 'KFENCE-READ'],
  [/^KMSAN: uninit-value/, 'KMSAN-UNINIT-VALUE'],
  [/^KMSAN: .*infoleak/, 'KMSAN-INFO-LEAK'],
  [/^KMSAN: /, 'KMSAN-UNKNOWN'],
  [/^KCSAN: assert/, 'KCSAN-ASSERT'],
  [/^KCSAN: data-race/, 'KCSAN-DATARACE'],
  [/^KCSAN: /, 'KCSAN-UNKNOWN'],
  [/^UBSAN: /, 'UBSAN'],
  [/^WARNING: refcount bug/, 'REFCOUNT_WARNING'],
  [/^INFO: (?:rcu detected stall|task )|^BUG: (?:soft|hard) lockup|^INFO: rcu/, 'HANG'],
  [
    /^WARNING: (?:suspicious RCU usage|possible|locking bug|bad unlock balance|held lock freed|still has locks held|nested lock|lock held when) ?.* in /,
    'LOCKDEP',
  ],
  [
    /^possible deadlock|^inconsistent lock state|^BUG: (?:bad unlock balance|held lock freed|still has locks held|spinlock|rwlock|mutex|using \S+\(\) in preemptible)/,
    'LOCKDEP',
  ],
  [/^BUG: (?:scheduling while atomic|sleeping function called)/, 'ATOMIC_SLEEP'],
  [/^BUG: unable to handle kernel NULL pointer/, 'NULL-POINTER-DEREFERENCE'],
  [/^BUG: (?:unable to handle kernel paging request|corrupted list)/, 'MEMORY_SAFETY_BUG'],
  [/^memory leak/, 'LEAK'],
  [/^unexpected kernel reboot/, 'REBOOT'],
  [/^kernel BUG/, 'BUG'],
  [/^WARNING: kernel stack/, ''],
  [/^WARNING/, 'WARNING'],
  [
    /^BUG: Object already free|^kernel panic|^PANIC: double fault|^general protection fault|^divide error|^int3|^stack segment|^invalid opcode|^Internal error|^Unhandled fault|^unregister_netdevice/,
    'DoS',
  ],
];

/** @returns syzkaller's type, null where it has none. */
export function typeOf({ title }: Pick<Finding, 'title'>): string | null {
  return rows.find(([pattern]) => pattern.test(title))?.[1] || null;
}
