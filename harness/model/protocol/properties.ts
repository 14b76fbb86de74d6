/** What has to hold, in a sentence each. */
export const PROPERTIES = {
  P1: 'nobody looks into, gets or puts a VMA that is freed',
  P2: 'a reference count never goes from 0 to 1, nor below 0',
  P3: 'a VMA is given up and freed only with its node out of the tree (the VM_BUG_ON_VMA of patch 21/31)',
  P4: 'each VMA is freed once, and its callback queued once',
  P5: 'the tree gives up its reference only after a grace period that began after the erase',
  P6: 'a validated walk returns what find_vma() has for the tree of that window',
  P7: 'what find_vma_rcu() returns was in the tree at some time of the call',
  P8: 'at the end a VMA in the tree has two references and one out of it is freed',
  P9: 'vm_file is not used by who holds only a reference',
  P10: 'a write section of vm_sequence has one writer, and the count is odd while it is open',
  P11: 'when mprotect or munmap returns, no entry and no TLB allows what the VMA does not',
  P12: 'SIGSEGV is not raised for an access that was allowed at all times of the fault',
  P13: 'what makes the search meaningful happens in some run',
  P14: 'nobody waits for ever',
  P15: 'no completed store is lost, and the child of a fork does not change with its parent',
  P16: 'the PTE lock that is taken is the one of the page table that is changed',
  P17: 'no page table is allocated below a PMD that a holder of mmap_lock has cleared',
} as const;

export type Property = keyof typeof PROPERTIES;
