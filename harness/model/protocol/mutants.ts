import type { Property } from './properties.ts';

/**
 * One thing broken in the fixed protocol. `killedBy` is the property that has to fail in the check; null says that nothing may fail,
 * and `because` why.
 */
export interface Mutant {
  readonly id: string;
  readonly title: string;
  readonly in: string;
  readonly check: string;
  readonly killedBy: Property | null;
  readonly because?: string;
  /** Fixes that are left out with it, because they would hide it. */
  readonly without?: readonly string[];
}

const row = (
  id: string,
  where: string,
  title: string,
  check: string,
  killedBy: Property | null,
  rest: Pick<Mutant, 'because' | 'without'> = {},
): Mutant => ({ id, in: where, title, check, killedBy, ...rest });

export const MUTANTS: readonly Mutant[] = [
  row('no-get-vma-on-insert', 'vma_rb_insert', 'the tree takes no reference', 'lookup', 'P8'),
  row('no-clear-node', '__vma_rb_erase', 'no RB_CLEAR_NODE() after the erase', 'lookup', 'P3'),
  row('double-put-in-remove', '__remove_vma', 'put_vma() twice', 'lookup', 'P1'),
  row('remove-forgets-put', '__remove_vma', 'no put_vma()', 'lookup', 'P8'),
  row('merge-forgets-put', '__vma_adjust', 'no put_vma() of the VMA that was merged', 'lookup', 'P8'),
  row('caller-forgets-put', '__handle_speculative_fault', 'no put_vma()', 'lookup', 'P8'),
  row('caller-puts-twice', '__handle_speculative_fault', 'put_vma() twice', 'lookup', 'P1'),
  row('retry-forgets-put', 'find_vma_rcu', 'no put_vma() of the pass before', 'lookup', 'P8'),
  row('rcu-forgets-put', '__vm_rcu_put', 'no put_vma()', 'lookup', 'P8'),
  row('direct-put', 'vm_rcu_put', 'put_vma() at once, without a grace period', 'lookup', 'P1'),
  row('grace-period-ignores-readers', 'call_rcu', 'a grace period waits for nobody', 'lookup', 'P1'),
  row('no-rcu-lock', 'find_vma_rcu', 'no rcu_read_lock()', 'lookup', 'P1'),
  row('rcu-lock-after-walk', 'find_vma_rcu', 'rcu_read_lock() after the walk', 'lookup', 'P1'),
  row('get-after-unlock', 'find_vma_rcu', 'get_vma() after rcu_read_unlock()', 'lookup', 'P1'),
  row('call-rcu-before-erase', '__vma_rb_erase', 'call_rcu() before the erase', 'lookup', 'P5'),
  row('call-rcu-twice-on-merge', '__vma_adjust', 'call_rcu() twice for a merge', 'lookup', 'P4'),
  row('handler-uses-file', '__handle_speculative_fault', 'vm_file is used', 'lookup', 'P9'),
  row('no-seqretry', 'find_vma_rcu', 'read_seqretry() is not asked', 'lookup-result', 'P6'),
  row('seqbegin-accepts-odd', 'find_vma_rcu', 'read_seqbegin() does not wait', 'lookup-result', 'P6'),
  row('seqbegin-after-walk', 'find_vma_rcu', 'read_seqbegin() after the walk', 'lookup-result', 'P6'),
  row('insert-outside-mm-seq', '__vma_link_rb', 'the tree grows without mm_seq', 'lookup-result', 'P6'),
  row('erase-outside-mm-seq', '__vma_rb_erase', 'the tree shrinks without mm_seq', 'lookup-result', 'P6'),
  row('no-vmacache-invalidate', 'vmacache_invalidate', 'the vmacache is never emptied', 'lookup', 'P1', {
    without: ['uncached-lookup'],
  }),
  row(
    'invalidate-before-erase',
    'detach_vmas_to_be_unmapped',
    'vmacache_invalidate() before the erase',
    'lookup',
    'P1',
    {
      without: ['uncached-lookup'],
    },
  ),
  row('get-unless-zero', 'get_vma', 'atomic_inc_not_zero()', 'lookup', null, {
    because: 'a VMA that is found in a grace period has the reference of the tree, so the count is never 0',
  }),
  row('exit-while-reader-runs', 'exit_mmap', 'a thread still faults', 'exit', 'P1'),
  row('exit-without-clear', '__remove_vma', 'no RB_CLEAR_NODE() at exit', 'exit', 'P3'),
  row('exit-forgets-tree-put', '__remove_vma', 'no put of the reference of the tree at exit', 'exit', 'P8'),
  row('exit-uses-remove-vma', 'exit_mmap', 'remove_vma() instead of __remove_vma()', 'exit', 'P3'),
  row('mprotect-without-section', 'mprotect_fixup', 'no vm_write_begin()', 'protect', 'P11'),
  row(
    'mprotect-ends-section-early',
    'mprotect_fixup',
    'vm_write_end() before change_protection()',
    'protect',
    null,
    {
      because: 'the entry is changed under the PTE lock, and a fault that saw the old flags gives up there',
    },
  ),
  row('ignores-sequence', 'vma_has_changed', 'vm_sequence is not compared', 'protect', 'P11'),
  row('no-check-after-lock', 'spf_pte_lock', 'no vma_has_changed() under the PTE lock', 'protect', 'P11'),
  row('no-check-before-lock', 'spf_pte_lock', 'no vma_has_changed() before the PTE lock', 'protect', null, {
    because: 'the check under the lock is the one that decides; the first only spares the lock',
  }),
  row(
    'no-recheck',
    '__handle_speculative_fault',
    'no read_seqcount_retry() before handle_pte_fault()',
    'protect',
    null,
    {
      because: 'nothing was committed by then, and the PTE lock is taken with a check of its own',
    },
  ),
  row(
    'accepts-odd-sequence',
    '__handle_speculative_fault',
    'a fault goes on inside a write section',
    'fork',
    'P15',
  ),
  row('ignores-empty-node', 'vma_has_changed', 'RB_EMPTY_NODE() is not asked', 'unmap', 'P11'),
  row('clear-node-before-erase', '__vma_rb_erase', 'RB_CLEAR_NODE() before the erase', 'unmap', null, {
    because: 'in this abstraction: a fault gives up earlier. The tree itself would be corrupted',
  }),
  row('spins-with-irqs-off', 'spf_pte_lock', 'spin_lock() instead of spin_trylock()', 'move', 'P14'),
  row('mremap-source-unmarked', 'move_vma', 'no write section of the source', 'move', 'P15'),
  row('mremap-destination-unmarked', 'copy_vma', 'no write section of the destination', 'move', 'P15'),
  row(
    'no-bounds-check',
    '__handle_speculative_fault',
    'the address is not compared with the bounds',
    'refusal',
    'P12',
  ),
  row('no-pmd-check', 'spf_pte_lock', 'no pmd_same()', 'move-table', null, {
    because: 'vm_sequence tells of a moved table; khugepaged, which the comparison is for, is not modelled',
  }),
  row('fork-without-section', 'dup_mmap', 'patch 18/31 left out', 'fork', 'P15'),
  row('fork-ends-section-before-flush', 'dup_mmap', 'the section ends before flush_tlb_mm()', 'fork', 'P15'),
];
