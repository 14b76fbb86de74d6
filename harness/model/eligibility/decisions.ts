/**
 * Everything that the handler of v12 decides, in its order, and what drives it: the gate of handle_speculative_fault(),
 * the steps of __handle_speculative_fault(), what handle_pte_fault() does under FAULT_FLAG_SPECULATIVE. `spf-counters`
 * has a case for each that user space can bring about on purpose; the others say why not.
 */
export interface Decision {
  /** Where it is made: `gate 1`, `step 10`, `pte 3`. */
  readonly at: string;
  readonly what: string;
  /** Rows of table.ts that speak of it. */
  readonly rows: readonly string[];
  /** Cases of guest/lib/spf-cases*.c that are decided there. */
  readonly cases: readonly string[];
  /** Why there is no case for it, or not for all of it, and who shows it instead. */
  readonly notDriven?: string;
}

const RACE =
  'a race: it depends on when another thread changes the VMA, so that no count can be exact; hammer and directed meet it';

export const DECISIONS: readonly Decision[] = [
  {
    at: 'gate 1',
    what: 'vm.speculative_page_fault is 0',
    rows: ['sysctl-off'],
    cases: ['sysctl-off'],
  },
  {
    at: 'gate 2',
    what: 'no FAULT_FLAG_USER: the kernel accesses user memory',
    rows: ['kernel-mode'],
    cases: ['copy-to-user', 'copy-from-user'],
  },
  {
    at: 'gate 2',
    what: 'mm_users is 1',
    rows: ['single-mm-user'],
    cases: ['single-thread'],
    notDriven:
      'who holds a reference for a moment (get_task_mm(): a reader of /proc, ptrace) opens the gate for that moment, which cannot be timed; a process that shares the mm without being a thread is mm-shared-by-process',
  },
  {
    at: 'gate 3',
    what: 'X86_PF_PK: a protection key refuses a page that is there',
    rows: ['protection-key', 'refused-elsewhere', 'refused-is-classic'],
    cases: ['key-refuses-present'],
    notDriven:
      'powerpc has no such gate, step 9 refuses there; its keys need the hashed page table and a machine that announces them, which QEMU 7.2 does not',
  },
  {
    at: 'step 0',
    what: 'ALLOW_RETRY and KILLABLE cleared, SPECULATIVE set',
    rows: [],
    cases: [],
    notDriven: 'decides nothing',
  },
  {
    at: 'step 1',
    what: 'find_vma_rcu() finds no VMA at or above the address',
    rows: ['no-vma'],
    cases: ['above-all'],
  },
  {
    at: 'step 2',
    what: 'vm_sequence is odd: somebody is changing the VMA',
    rows: [],
    cases: [],
    notDriven:
      'needs a writer that stands still within its write section, which user space cannot hold open; `directed --program discard-twice` leaves it odd by the defect of v12 (docs/defects.md), `hammer` meets it by chance',
  },
  {
    at: 'step 3',
    what: 'vm_ops->fault: files, shmem, hugetlbfs, private copies of them included',
    rows: ['has-fault-op'],
    cases: ['private-file', 'private-file-copy', 'shared-anonymous', 'private-memfd', 'huge-page'],
  },
  {
    at: 'step 4',
    what: 'no anon_vma: nothing was ever written to the VMA',
    rows: ['no-anon-vma'],
    cases: ['first-write', 'only-reads'],
  },
  {
    at: 'step 5',
    what: 'snapshot of vm_flags and vm_page_prot',
    rows: [],
    cases: [],
    notDriven: 'decides nothing',
  },
  {
    at: 'step 6',
    what: 'VM_UFFD_MISSING',
    rows: ['userfault-missing'],
    cases: ['userfault-missing'],
  },
  {
    at: 'step 7',
    what: 'VM_GROWSDOWN or VM_GROWSUP',
    rows: ['growing'],
    cases: ['grows-down', 'main-stack'],
    notDriven: 'VM_GROWSUP exists on parisc and ia64 alone',
  },
  {
    at: 'step 8',
    what: 'the address is below the VMA that the look-up gave',
    rows: ['out-of-bounds'],
    cases: ['hole-below'],
    notDriven: `an address above its end is ${RACE}`,
  },
  {
    at: 'step 9',
    what: 'arch_vma_access_permitted(): a protection key refuses a page that is not there',
    rows: ['key-refused', 'refused-is-classic', 'refused-elsewhere'],
    cases: ['key-refuses-absent'],
  },
  {
    at: 'step 10',
    what: 'write without VM_WRITE, read without any right',
    rows: ['access-refused', 'refused-is-classic', 'refused-elsewhere'],
    cases: ['read-only-vma-write', 'read-only-page-write', 'no-access-read'],
  },
  {
    at: 'step 10',
    what: 'nobody asks for VM_EXEC: a fetch from a page without it',
    rows: ['fetch-from-non-executable', 'refused-is-classic', 'refused-elsewhere'],
    cases: [],
    notDriven:
      'faults for ever on v12, so there is no count; `directed --program fetch-not-executable` shows it, and SEGV_ACCERR with the fixes',
  },
  {
    at: 'step 11',
    what: 'the effective policy is MPOL_INTERLEAVE',
    rows: ['interleaved', 'policy-of-vma'],
    cases: ['interleave', 'interleave-task'],
  },
  {
    at: 'step 11',
    what: 'the VMA has another policy of its own',
    rows: ['anonymous-page', 'policy-of-vma'],
    cases: ['bound-policy'],
  },
  {
    at: 'step 12',
    what: 'the walk meets an empty PGD, P4D or PUD',
    rows: ['no-page-table'],
    cases: ['new-pud-table', 'new-pmd-table'],
    notDriven:
      'a bad entry is a corrupt page table; pud_trans_huge() needs memory of a DAX device, whose VMAs step 3 refuses',
  },
  {
    at: 'step 13',
    what: 'the PMD is empty',
    rows: ['no-page-table', 'huge-pmd'],
    cases: ['new-page-table', 'transparent-huge'],
  },
  {
    at: 'step 13',
    what: 'the PMD maps a transparent huge page',
    rows: ['huge-pmd'],
    cases: ['transparent-huge-copy'],
    notDriven:
      'pmd_devmap() needs memory of a DAX device; a migration entry is there only while a huge page moves, which cannot be timed',
  },
  {
    at: 'step 14',
    what: 'the PTE is read',
    rows: [],
    cases: [],
    notDriven: 'decides nothing yet: what it holds is decided in handle_pte_fault() below',
  },
  { at: 'step 15', what: 'vm_fault is filled', rows: [], cases: [], notDriven: 'decides nothing' },
  {
    at: 'step 16',
    what: 'vm_sequence has changed since step 2',
    rows: [],
    cases: [],
    notDriven: `${RACE}; \`spf model --check protect unmap\` explores it`,
  },
  {
    at: 'step 17',
    what: 'handle_pte_fault()',
    rows: [],
    cases: [],
    notDriven: 'decides by the PTE, below',
  },
  {
    at: 'step 18',
    what: 'put_vma()',
    rows: [],
    cases: [],
    notDriven: 'not to be seen by a count; a reference too many or too few is what the mutants are for',
  },
  {
    at: 'step 19',
    what: 'any result but RETRY is counted by speculative_pgfault',
    rows: ['anonymous-page', 'copy-zero-page', 'copy-on-write'],
    cases: [],
    notDriven: 'needs no case of its own: vmstat of every case below says it',
  },
  {
    at: 'step 20',
    what: 'memcg OOM is waited for',
    rows: [],
    cases: [],
    notDriven:
      'needs cgroup v1 with oom_kill_disable and a charge that fails in a fault that ends without VM_FAULT_OOM; an anonymous fault whose charge fails ends with it',
  },
  {
    at: 'pte 1',
    what: 'the PMD is empty when read again',
    rows: [],
    cases: [],
    notDriven: `${RACE}; \`directed --program fault-while-tables-go\``,
  },
  {
    at: 'pte 2',
    what: 'PTE none, anonymous VMA: do_anonymous_page()',
    rows: ['anonymous-page'],
    cases: [
      ...[
        'second-touch-write',
        'second-touch-read',
        'read-only-vma-read',
        'write-only-vma-read',
        'zapped-write',
      ],
      ...['split-vma-read', 'filled-hole-write', 'moved-write', 'heap-write', 'mm-shared-by-process'],
    ],
  },
  {
    at: 'pte 3',
    what: 'PTE none, VMA not anonymous',
    rows: [],
    cases: [],
    notDriven:
      'needs a mapping with vm_ops, without vm_ops->fault, with an anon_vma and an empty PTE: these kernels have no file that gives one (the mapping of a TCP socket can never be written, so it stays without anon_vma)',
  },
  {
    at: 'pte 4',
    what: 'swap entry, page in the swap cache',
    rows: ['swap-cache-hit'],
    cases: ['swap-cached-read'],
  },
  {
    at: 'pte 4',
    what: 'swap entry, synchronous device, nobody else has the page',
    rows: ['swap-in-synchronously'],
    cases: ['swap-synchronous-read', 'swap-synchronous-write', 'swap-synchronous-fetch'],
  },
  {
    at: 'pte 4',
    what: 'swap entry, the page must be read by the readahead',
    rows: ['swap-readahead'],
    cases: ['swap-readahead-read'],
  },
  {
    at: 'pte 4',
    what: 'migration entry, poisoned page',
    rows: [],
    cases: [],
    notDriven:
      'a migration entry is there only while the page moves; poisoning (MEMORY_FAILURE) is not in these kernels; `directed --program unmap-while-migrated`',
  },
  {
    at: 'pte 5',
    what: 'protnone: do_numa_page()',
    rows: ['numa-hint', 'numa-hint-is-classic'],
    cases: ['numa-hint-read'],
  },
  {
    at: 'pte 6',
    what: 'present, write-protected: do_wp_page() copies or reuses the page',
    rows: ['copy-on-write', 'copy-zero-page', 'copy-merged-page'],
    cases: [
      ...['zero-page-write', 'cow-shared-with-child', 'cow-child-gone', 'protect-round-trip-write'],
      ...['soft-dirty-write', 'merged-page-write'],
    ],
  },
  {
    at: 'pte 6',
    what: 'present, write-protected by userfaultfd',
    rows: ['userfault-write-protected'],
    cases: ['userfault-write-protected'],
  },
  {
    at: 'pte 7',
    what: 'present and allowed: only the access flags are set',
    rows: ['no-fault'],
    cases: [],
    notDriven:
      'x86 and Radix set them in hardware; what is left are faults by a stale TLB entry, which another CPU has made superfluous',
  },
  {
    at: 'commit 1',
    what: 'pte_map_lock(), pte_spinlock(): the VMA has changed, before or with the lock',
    rows: [],
    cases: [],
    notDriven: `${RACE}; \`spf model --check protect unmap\` explores it`,
  },
  {
    at: 'commit 2',
    what: 'the PMD has changed',
    rows: [],
    cases: [],
    notDriven: `${RACE}; \`directed --program exchange-while-collapsed\``,
  },
  {
    at: 'commit 3',
    what: 'the PTE lock is taken: once more from the beginning, without bound',
    rows: [],
    cases: [],
    notDriven: 'ends as if nothing had been: no result, counter or event tells',
  },
];
