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
];
