/** A directed program of the guest: the question that it puts to a kernel, and the answers that are right. */
export interface DirectedProgram {
  readonly id: string;
  readonly asks: string;
  /** Outcomes of a kernel that is not at fault. `done` where only the kernel's own complaints can tell. */
  readonly right: readonly string[];
  /** Why, with the place in Linux 5.10 that says so. */
  readonly because: string;
}

const KEPT = ['data-kept'];

export const DIRECTED: readonly DirectedProgram[] = [
  {
    id: 'write-read-only',
    asks: 'which signal a store to an untouched page of a read-only mapping gets',
    right: ['SEGV_ACCERR'],
    because:
      'a mapping is there and does not permit it: bad_area_access_error() of access_error(), arch/x86/mm/fault.c',
  },
  {
    id: 'write-read-only-present',
    asks: 'which signal a store to a present page of a read-only mapping gets',
    right: ['SEGV_ACCERR'],
    because:
      'a mapping is there and does not permit it: bad_area_access_error() of access_error(), arch/x86/mm/fault.c',
  },
  {
    id: 'read-no-access',
    asks: 'which signal a load from a PROT_NONE mapping gets',
    right: ['SEGV_ACCERR'],
    because:
      'a mapping is there and is not accessible: vma_is_accessible() in access_error(), arch/x86/mm/fault.c',
  },
  {
    id: 'read-hole-below',
    asks: 'which signal a load from a hole below an anonymous mapping gets',
    right: ['SEGV_MAPERR'],
    because:
      'find_vma() gives the mapping above the hole, which does not begin there: bad_area(), arch/x86/mm/fault.c',
  },
  {
    id: 'write-hole-below',
    asks: 'which signal a store to a hole below an anonymous mapping gets',
    right: ['SEGV_MAPERR'],
    because:
      'find_vma() gives the mapping above the hole, which does not begin there: bad_area(), arch/x86/mm/fault.c',
  },
  {
    id: 'fetch-not-executable',
    asks: 'which signal an instruction fetch from a present page without PROT_EXEC gets',
    right: ['SEGV_ACCERR'],
    because: 'access_error() refuses what is present and still faults for a fetch, arch/x86/mm/fault.c',
  },
  {
    id: 'fetch-not-executable-absent',
    asks: 'which signal an instruction fetch from an untouched page without PROT_EXEC gets',
    right: ['SEGV_ACCERR'],
    because: 'the page is made present and the fetch faults again, then as above',
  },
  {
    id: 'discard-twice',
    asks: 'whether faults in a VMA are still speculative after two threads have discarded its pages at a time',
    right: ['speculation-goes-on'],
    because: 'MADV_DONTNEED leaves the VMA as it was: madvise_dontneed_single_vma(), mm/madvise.c',
  },
  {
    id: 'protect-after-discards',
    asks: 'whether mprotect(PROT_READ) keeps stores out once it has returned, after such discards',
    right: ['protected'],
    because: 'change_protection() flushes before the mmap_lock is released, mm/mprotect.c',
  },
  {
    id: 'exchange-while-moved',
    asks: 'whether a store to a page that mremap() moves stays in the page',
    right: KEPT,
    because: 'an access during the move waits for the mmap_lock, move_vma(), mm/mremap.c',
  },
  {
    id: 'add-while-forked',
    asks: 'whether additions of three threads to a page stay in it while a fourth forks',
    right: KEPT,
    because: 'dup_mmap() write-protects and flushes before it releases the mmap_lock, kernel/fork.c',
  },
  {
    id: 'lookup-while-unmapped',
    asks: 'what the kernel says of faults in thousands of VMAs that go in one munmap()',
    right: ['done'],
    because: 'detach_vmas_to_be_unmapped(), mm/mmap.c, removes them all before the first is freed',
  },
  {
    id: 'fault-while-tables-go',
    asks: 'what the kernel says of faults below page tables that are being freed',
    right: ['done'],
    because: 'free_pgtables(), mm/memory.c, frees tables that nobody walks any more',
  },
  {
    id: 'touch-while-moved-onto',
    asks: 'whether a page of a mapping that mremap() moves onto another can be seen empty',
    right: KEPT,
    because: 'mremap_to(), mm/mremap.c, maps and fills the place in one section of the mmap_lock',
  },
  {
    id: 'touch-while-registered',
    asks: 'whether each first touch is an event once userfaultfd has registered the place',
    right: ['events-kept'],
    because:
      'userfaultfd_register(), fs/userfaultfd.c, sets VM_UFFD_MISSING with the mmap_lock held for write',
  },
  {
    id: 'fault-while-policy-changes',
    asks: 'what the kernel says of faults in a VMA whose memory policy mbind() replaces',
    right: ['done'],
    because: 'vma_replace_policy(), mm/mempolicy.c, frees the old policy at once',
  },
  {
    id: 'exchange-while-swapped',
    asks: 'whether stores stay in pages that are swapped out and in',
    right: KEPT,
    because: 'do_swap_page(), mm/memory.c, maps the page that was written out, or its copy in the swap cache',
  },
  {
    id: 'swap-in-while-unmapped',
    asks: 'what the kernel says of pages swapped in while their VMA goes',
    right: ['done'],
    because: 'do_swap_page(), mm/memory.c, reads the entry again under the PTE lock',
  },
  {
    id: 'exchange-while-migrated',
    asks: 'whether stores stay in pages that compaction migrates',
    right: KEPT,
    because: 'a fault on a migration entry waits: migration_entry_wait(), mm/migrate.c',
  },
  {
    id: 'unmap-while-migrated',
    asks: 'what the kernel says of faults on migration entries whose VMA goes',
    right: ['done'],
    because: '__migration_entry_wait(), mm/migrate.c, takes the lock of a page table that must be there',
  },
  {
    id: 'exchange-while-collapsed',
    asks: 'whether stores stay in pages that khugepaged makes a huge page of',
    right: KEPT,
    because: 'collapse_huge_page(), mm/khugepaged.c, takes the page table away before it copies',
  },
  {
    id: 'exchange-while-collapsed-from-swap',
    asks: 'whether stores stay in pages that khugepaged makes a huge page of, with others read in from swap',
    right: KEPT,
    because: '__collapse_huge_page_swapin(), mm/khugepaged.c, is done before the page table is taken away',
  },
  {
    id: 'fork-leaves-out',
    asks: 'whether a child has all pages but the one that MADV_DONTFORK leaves out',
    right: KEPT,
    because: 'dup_mmap(), kernel/fork.c, goes on with the next VMA after one that has VM_DONTCOPY',
  },
  {
    id: 'fork-while-events-close',
    asks: 'whether parent and child of a fork go on when nobody listens to its userfaultfd any more',
    right: KEPT,
    because:
      'userfaultfd_event_wait_completion(), fs/userfaultfd.c, takes the VMAs of the child from a context that was released',
  },
  {
    id: 'fork-while-pinned',
    asks: 'whether the parent keeps a page that io_uring has pinned when it forks',
    right: KEPT,
    because: 'copy_present_page(), mm/memory.c, copies a pinned page for the child at once',
  },
  {
    id: 'store-to-file-page',
    asks: 'whether a store to a page of a file that was mapped to be read reaches the file',
    right: KEPT,
    because: 'wp_page_shared() and finish_mkwrite_fault(), mm/memory.c, make the entry writable',
  },
  {
    id: 'store-to-huge-file-page',
    asks: 'whether a store to a huge page of tmpfs reaches the file',
    right: KEPT,
    because: 'do_set_pmd(), mm/memory.c, maps the huge page that is in the page cache',
  },
  {
    id: 'store-to-locked-huge-page',
    asks: 'whether a locked mapping of hugetlbfs keeps what was stored',
    right: ['data-kept', 'no-huge-page'],
    because: 'mmap_region(), mm/mmap.c, takes VM_LOCKED from it again; memory may have no huge page to give',
  },
  {
    id: 'store-by-shared-policy',
    asks: 'whether shared memory with a policy keeps what was stored',
    right: KEPT,
    because: 'shmem_alloc_page(), mm/shmem.c, asks __get_vma_policy() with a VMA of its own',
  },
  {
    id: 'exchange-while-balanced',
    asks: 'whether stores stay in pages that NUMA balancing migrates',
    right: KEPT,
    because: 'do_numa_page(), mm/memory.c, migrates a page with its entry taken away',
  },
  {
    id: 'exchange-while-cpuset-changes',
    asks: 'whether stores stay while the process goes from cpuset to cpuset',
    right: KEPT,
    because: 'mpol_rebind_mm(), mm/mempolicy.c, changes policies and no page',
  },
  {
    id: 'first-store-while-short',
    asks: 'whether the first store to a mapping is done, whichever allocation fails first',
    right: KEPT,
    because: 'pagefault_out_of_memory(), mm/oom_kill.c, has the access tried again',
  },
  {
    id: 'store-while-short',
    asks: 'whether stores that need a new page are done, whichever allocation fails first',
    right: KEPT,
    because: 'do_anonymous_page() and wp_page_copy(), mm/memory.c, change nothing before they have the page',
  },
  {
    id: 'swap-in-while-short',
    asks: 'whether a page comes back from swap, whichever allocation fails first',
    right: KEPT,
    because: 'do_swap_page(), mm/memory.c, leaves the entry in place until it has the page',
  },
  {
    id: 'move-while-short',
    asks: 'whether everything is at the old or at the new place, whichever allocation of mremap() fails',
    right: KEPT,
    because: 'move_vma(), mm/mremap.c, moves the entries back',
  },
  {
    id: 'split-while-short',
    asks: 'whether mprotect() of a part does all or nothing, whichever allocation fails',
    right: KEPT,
    because: '__split_vma(), mm/mmap.c, gives the copy back',
  },
  {
    id: 'unmap-while-short',
    asks: 'whether munmap() of a part does all or nothing, whichever allocation fails',
    right: KEPT,
    because: '__do_munmap(), mm/mmap.c, splits before it detaches',
  },
  {
    id: 'fork-while-short',
    asks: 'whether a parent and its child have everything, whichever allocation of fork() fails',
    right: KEPT,
    because:
      'dup_mmap(), kernel/fork.c, undoes what it has copied; a page that could not be copied faults later',
  },
];
