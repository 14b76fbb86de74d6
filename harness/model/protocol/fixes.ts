/** What mends v12, a row each. `spf model --fixed` has them all. */
export interface Fix {
  readonly id: string;
  readonly mends: string;
  readonly title: string;
  /** Where in the kernel the change would be. */
  readonly in: string;
}

export const FIXES: readonly Fix[] = [
  {
    id: 'uncached-lookup',
    mends: 'H1',
    title: 'find_vma_rcu() walks the tree and leaves the vmacache alone',
    in: 'find_vma_rcu',
  },
  {
    id: 'counts-exclusively',
    mends: 'H2',
    title: 'vm_sequence is counted only with mmap_lock held for write',
    in: 'unmap_page_range',
  },
  {
    id: 'validated-refusal',
    mends: 'H3',
    title: 'vma_has_changed() is asked before VM_FAULT_SIGSEGV',
    in: '__handle_speculative_fault',
  },
  {
    id: 'source-closed-after-detach',
    mends: 'H9',
    title: 'the write section of the source stays open until mremap has taken it out of the tree',
    in: 'move_vma',
  },
  {
    id: 'pmd-move-waits',
    mends: 'H6',
    title: 'a page table is moved with its PTE lock held',
    in: 'move_normal_pmd',
  },
  {
    id: 'ptl-of-seen-pmd',
    mends: 'H7',
    title: 'the PTE lock is looked up from the PMD value that was compared, not from a second read',
    in: 'spf_pte_lock',
  },
  {
    id: 'no-speculative-pte-alloc',
    mends: 'R12',
    title: 'a speculative fault does not call pte_alloc()',
    in: 'do_anonymous_page',
  },
];
