import type { FaultFacts, TraceEvent } from './facts.ts';

export type Path = 'speculative' | 'classic' | 'none';
export type SegvCode = 'SEGV_MAPERR' | 'SEGV_ACCERR' | 'SEGV_PKUERR';

/**
 * What later series decide otherwise than v12:
 * - `refused-is-classic`: an access that the VMA does not permit, the fetch of an instruction among them, is left to the
 *   classic path.
 * - `policy-is-classic`: so is what would look at the memory policy of a VMA: every fault in a VMA that has one, and a
 *   NUMA hinting fault.
 */
export const RULES = ['refused-is-classic', 'policy-is-classic'] as const;
export type Rule = (typeof RULES)[number];

/** What a kernel is, as far as the rules ask. */
export interface KernelFacts {
  readonly hasSpf: boolean;
  /** Name of harness/arch; x86_64 when left out. */
  readonly arch?: string;
  /** None when left out. */
  readonly rules?: readonly Rule[];
}

export interface Row {
  readonly id: string;
  readonly holds: (facts: FaultFacts, kernel: KernelFacts) => boolean;
  /** `refused`: the speculative handler decides for SIGSEGV. `unsure`: what decides it is not among the facts. */
  readonly then: 'classic' | 'speculative' | 'refused' | 'none' | 'unsure';
  /** The trace event that says so, once a fault; null where the decision is silent (patch 24/31 of the series). */
  readonly event: TraceEvent | null;
  /** Where the series says so. */
  readonly why: string;
}

/** Keys do not keep instructions from being fetched: arch_vma_access_permitted(), arch/x86/include/asm/mmu_context.h. */
export const refusedByKey = ({ keyRefuses, access }: FaultFacts): boolean => keyRefuses && access !== 'exec';

/** access_error() of arch/x86/mm/fault.c and access_error() of arch/powerpc/mm/fault.c. */
export function forbidden(facts: FaultFacts): boolean {
  const { access, prot } = facts;
  if (refusedByKey(facts)) return true;
  if (access === 'write') return !prot.w;
  if (access === 'exec') return !prot.x;
  return !prot.r && !prot.w && !prot.x;
}

/** The speculative handler asks less: it takes the fetch of an instruction for a read. */
const refused = (facts: FaultFacts): boolean =>
  forbidden(facts.access === 'exec' ? { ...facts, access: 'read', keyRefuses: false } : facts);

/** The entry maps a page. */
const mapped = ({ pte }: FaultFacts): boolean =>
  pte === 'present' || pte === 'zero' || pte === 'shared-by-ksm' || pte === 'uffd-protected';

const onPowerpc = ({ arch }: KernelFacts): boolean => arch?.startsWith('ppc') === true;

/** The entry is there and allows the access: no fault. */
const satisfied = (facts: FaultFacts): boolean =>
  facts.vmaKind !== 'none' &&
  facts.inBounds &&
  mapped(facts) &&
  facts.access !== 'write' &&
  !forbidden(facts);

/**
 * The decisions of v12 in the order in which the code takes them; the first row that holds decides. Numbers are the
 * steps of __handle_speculative_fault() in patch 22/31 of the series.
 */
export const ROWS: readonly Row[] = [
  {
    id: 'no-fault',
    holds: satisfied,
    then: 'none',
    event: null,
    why: 'the page-table entry is there and allows the access',
  },
  {
    id: 'no-spf',
    holds: (_, { hasSpf }) => !hasSpf,
    then: 'classic',
    event: null,
    why: 'the kernel has no speculative handler',
  },
  {
    id: 'protection-key',
    holds: (facts, kernel) => refusedByKey(facts) && mapped(facts) && !onPowerpc(kernel),
    then: 'classic',
    event: null,
    why: 'do_user_addr_fault() of x86, 28/31: X86_PF_PK, which the CPU reports of a page that is there, is not tried',
  },
  {
    id: 'sysctl-off',
    holds: ({ sysctl }) => sysctl === false,
    then: 'classic',
    event: null,
    why: 'handle_speculative_fault() (include/linux/mm.h, 31/31): vm.speculative_page_fault is 0',
  },
  {
    id: 'kernel-mode',
    holds: ({ userMode }) => !userMode,
    then: 'classic',
    event: null,
    why: 'handle_speculative_fault(): no FAULT_FLAG_USER, the kernel accesses user memory',
  },
  {
    id: 'single-mm-user',
    holds: ({ threads }) => threads === 1,
    then: 'classic',
    event: null,
    why: 'handle_speculative_fault(): mm_users is 1',
  },
  {
    id: 'no-vma',
    holds: ({ vmaKind }) => vmaKind === 'none',
    then: 'classic',
    event: null,
    why: 'step 1: find_vma_rcu() finds nothing at or above the address',
  },
  {
    id: 'has-fault-op',
    holds: ({ vmaKind }) => vmaKind === 'file' || vmaKind === 'shmem' || vmaKind === 'hugetlb',
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'step 3: vm_ops->fault relies on mmap_lock and vm_file',
  },
  {
    id: 'no-anon-vma',
    holds: ({ anonVma }) => !anonVma,
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'step 4: anon_vma_prepare() needs the neighbours to be stable',
  },
  {
    id: 'userfault-missing',
    holds: ({ uffdMissing }) => uffdMissing,
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'step 6: VM_UFFD_MISSING',
  },
  {
    id: 'growing',
    holds: ({ vmaKind }) => vmaKind === 'stack',
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'step 7: VM_GROWSDOWN or VM_GROWSUP',
  },
  {
    id: 'out-of-bounds',
    holds: ({ inBounds }) => !inBounds,
    then: 'classic',
    event: 'spf_vma_changed',
    why: 'step 8: find_vma() gave the VMA above the hole',
  },
  {
    id: 'refused-is-classic',
    holds: (facts, { rules }) => forbidden(facts) && rules?.includes('refused-is-classic') === true,
    then: 'classic',
    event: 'spf_vma_access',
    why: 'rule refused-is-classic: __handle_speculative_fault() gives up where the access is not permitted',
  },
  {
    id: 'refused-elsewhere',
    holds: (facts, kernel) => refused(facts) && onPowerpc(kernel),
    then: 'classic',
    event: 'spf_vma_access',
    why: '29/31: __do_page_fault() of powerpc does not use VM_FAULT_SIGSEGV of the handler',
  },
  {
    id: 'key-refused',
    holds: refusedByKey,
    then: 'refused',
    event: 'spf_vma_access',
    why: 'step 9: arch_vma_access_permitted() says no of a page that is not there, VM_FAULT_SIGSEGV at once',
  },
  {
    id: 'access-refused',
    holds: refused,
    then: 'refused',
    event: 'spf_vma_access',
    why: 'step 10: VM_FAULT_SIGSEGV at once; 28/31 raises the perf event for any result but RETRY',
  },
  {
    id: 'policy-of-vma',
    holds: ({ vmaPolicy }, { rules }) => vmaPolicy && rules?.includes('policy-is-classic') === true,
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'rule policy-is-classic: vma->vm_policy is set, which can be seen without touching it',
  },
  {
    id: 'interleaved',
    holds: ({ interleave }) => interleave,
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'step 11: the effective policy is MPOL_INTERLEAVE',
  },
  {
    id: 'huge-pmd',
    holds: ({ hugePmd }) => hugePmd,
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'step 13: a huge PMD, or an empty one that may become huge',
  },
  {
    id: 'no-page-table',
    holds: ({ pageTable }) => !pageTable,
    then: 'classic',
    event: 'spf_vma_notsup',
    why: 'steps 12 and 13: page tables are never allocated here',
  },
  {
    id: 'fetch-from-non-executable',
    holds: (facts) => facts.access === 'exec' && forbidden(facts),
    then: 'unsure',
    event: null,
    why: 'nobody checks VM_EXEC: handle_pte_fault() finds nothing to do and the fetch faults for ever',
  },
  {
    id: 'swap-cache-hit',
    holds: ({ pte }) => pte === 'swap-cached',
    then: 'speculative',
    event: null,
    why: 'do_swap_page(): lookup_swap_cache() has the page, nothing is read',
  },
  {
    id: 'swap-in-synchronously',
    holds: ({ pte }) => pte === 'swap-sync',
    then: 'speculative',
    event: null,
    why: 'do_swap_page(): SWP_SYNCHRONOUS_IO and a count of 1, the page is read past the swap cache without readahead',
  },
  {
    id: 'swap-readahead',
    holds: ({ pte }) => pte === 'swap',
    then: 'classic',
    event: null,
    why: 'do_swap_page(), 23/31: the window of the readahead is bounded by the VMA, so RETRY, without an event',
  },
  {
    id: 'numa-hint-is-classic',
    holds: ({ pte }, { rules }) => pte === 'numa-hint' && rules?.includes('policy-is-classic') === true,
    then: 'classic',
    event: null,
    why: 'rule policy-is-classic: do_numa_page() gives up, where the page belongs is a matter of the policy of the VMA',
  },
  {
    id: 'numa-hint',
    holds: ({ pte }) => pte === 'numa-hint',
    then: 'speculative',
    event: null,
    why: 'handle_pte_fault() -> do_numa_page() -> pte_spinlock()',
  },
  {
    id: 'userfault-write-protected',
    holds: ({ pte }) => pte === 'uffd-protected',
    then: 'classic',
    event: null,
    why: 'do_wp_page(), port note of 22/31: the mmap_lock is needed to wait for the monitor, so RETRY, without an event',
  },
  {
    id: 'copy-merged-page',
    holds: ({ pte }) => pte === 'shared-by-ksm',
    then: 'speculative',
    event: null,
    why: 'handle_pte_fault() -> do_wp_page() -> wp_page_copy() of the page of KSM',
  },
  {
    id: 'copy-zero-page',
    holds: ({ pte }) => pte === 'zero',
    then: 'speculative',
    event: null,
    why: 'handle_pte_fault() -> do_wp_page() -> wp_page_copy() of the zero page',
  },
  {
    id: 'copy-on-write',
    holds: ({ pte }) => pte === 'present',
    then: 'speculative',
    event: null,
    why: 'handle_pte_fault() -> pte_spinlock() -> do_wp_page()',
  },
  {
    id: 'anonymous-page',
    holds: () => true,
    then: 'speculative',
    event: null,
    why: 'handle_pte_fault() -> do_anonymous_page() -> pte_map_lock()',
  },
];
