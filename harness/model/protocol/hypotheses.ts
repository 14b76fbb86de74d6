/** What is suspected of v12, in a sentence each; checks.ts says which search decides it. */
export const HYPOTHESES: Readonly<Record<string, string>> = {
  H1: 'find_vma_rcu() may take a VMA from the vmacache that the grace period no longer protects',
  H1b: 'on weakly ordered CPUs a stale VMA is cached under the new seqnum',
  H2: 'vm_sequence is counted by writers that hold mmap_lock for read, and its parity may invert',
  H3: 'SIGSEGV is decided on flags and bounds that nobody validated',
  H4: 'on weakly ordered CPUs a new node may be seen before its links are cleared',
  H6: 'mremap moves a page table without the PTE lock',
  H7: 'the PTE lock is looked up from a second read of the PMD',
  H8: 'fork and a speculative copy may lose a store (mended by patch 18/31)',
  H9: 'the source of an mremap can be stored to after its page was moved away',
  R12: 'a speculative fault may allocate a page table that munmap has just freed',
};
