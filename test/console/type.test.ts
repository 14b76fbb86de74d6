import { expect, test } from 'vitest';
import { typeOf } from '../../harness/console/type.ts';

test.each([
  ['KASAN: use-after-free Read in find_vma_rcu', 'KASAN-USE-AFTER-FREE-READ'],
  ['KASAN: slab-use-after-free Write in x', 'KASAN-USE-AFTER-FREE-WRITE'],
  ['KASAN: slab-out-of-bounds Write in x', 'KASAN-WRITE'],
  ['KASAN: invalid-free in x', 'KASAN-INVALID-FREE'],
  ['BUG: unable to handle kernel NULL pointer dereference in x', 'NULL-POINTER-DEREFERENCE'],
  ['BUG: unable to handle kernel paging request in x', 'MEMORY_SAFETY_BUG'],
  ['WARNING: suspicious RCU usage in x', 'LOCKDEP'],
  ['WARNING: refcount bug in x', 'REFCOUNT_WARNING'],
  ['WARNING in x', 'WARNING'],
  ['possible deadlock in x', 'LOCKDEP'],
  ['INFO: rcu detected stall in x', 'HANG'],
  ['BUG: Bad page state in x', null],
])('%s is %s', (title, type) => {
  expect(typeOf({ title })).toBe(type);
});
