import type { FaultFacts } from './facts.ts';

export type Path = 'speculative' | 'classic' | 'none';
export type SegvCode = 'SEGV_MAPERR' | 'SEGV_ACCERR';

/**
 * What later series decide otherwise than v12:
 * - `refused-is-classic`: an access that the VMA does not permit, the fetch of an instruction among them, is left to the
 *   classic path.
 */
export const RULES = ['refused-is-classic'] as const;
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
  /** Where the series says so. */
  readonly why: string;
}

/** access_error() of arch/x86/mm/fault.c and access_error() of arch/powerpc/mm/fault.c, without protection keys. */
export function forbidden({ access, prot }: FaultFacts): boolean {
  if (access === 'write') return !prot.w;
  if (access === 'exec') return !prot.x;
  return !prot.r && !prot.w && !prot.x;
}

/** The speculative handler asks less: it takes the fetch of an instruction for a read. */
const refused = (facts: FaultFacts): boolean =>
  forbidden(facts.access === 'exec' ? { ...facts, access: 'read' } : facts);

/** The entry is there and allows the access: no fault. */
const satisfied = (facts: FaultFacts): boolean =>
  facts.vmaKind !== 'none' &&
  facts.inBounds &&
  (facts.pte === 'present' || facts.pte === 'zero') &&
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
    why: 'the page-table entry is there and allows the access',
  },
  {
    id: 'no-spf',
    holds: (_, { hasSpf }) => !hasSpf,
    then: 'classic',
    why: 'the kernel has no speculative handler',
  },
  {
    id: 'sysctl-off',
    holds: ({ sysctl }) => sysctl === false,
    then: 'classic',
    why: 'handle_speculative_fault() (include/linux/mm.h, 31/31): vm.speculative_page_fault is 0',
  },
  {
    id: 'kernel-mode',
    holds: ({ userMode }) => !userMode,
    then: 'classic',
    why: 'handle_speculative_fault(): no FAULT_FLAG_USER, the kernel accesses user memory',
  },
  {
    id: 'single-mm-user',
    holds: ({ threads }) => threads === 1,
    then: 'classic',
    why: 'handle_speculative_fault(): mm_users is 1',
  },
  {
    id: 'no-vma',
    holds: ({ vmaKind }) => vmaKind === 'none',
    then: 'classic',
    why: 'step 1: find_vma_rcu() finds nothing at or above the address',
  },
  {
    id: 'has-fault-op',
    holds: ({ vmaKind }) => vmaKind === 'file' || vmaKind === 'shmem' || vmaKind === 'hugetlb',
    then: 'classic',
    why: 'step 3: vm_ops->fault relies on mmap_lock and vm_file; spf_vma_notsup',
  },
  {
    id: 'no-anon-vma',
    holds: ({ anonVma }) => !anonVma,
    then: 'classic',
    why: 'step 4: anon_vma_prepare() needs the neighbours to be stable; spf_vma_notsup',
  },
  {
    id: 'userfault-missing',
    holds: ({ uffdMissing }) => uffdMissing,
    then: 'classic',
    why: 'step 6: VM_UFFD_MISSING; spf_vma_notsup',
  },
  {
    id: 'growing',
    holds: ({ vmaKind }) => vmaKind === 'stack',
    then: 'classic',
    why: 'step 7: VM_GROWSDOWN or VM_GROWSUP; spf_vma_notsup',
  },
  {
    id: 'out-of-bounds',
    holds: ({ inBounds }) => !inBounds,
    then: 'classic',
    why: 'step 8: find_vma() gave the VMA above the hole; spf_vma_changed',
  },
  {
    id: 'refused-is-classic',
    holds: (facts, { rules }) => forbidden(facts) && rules?.includes('refused-is-classic') === true,
    then: 'classic',
    why: 'rule refused-is-classic: __handle_speculative_fault() gives up where the access is not permitted',
  },
  {
    id: 'refused-elsewhere',
    holds: (facts, { arch }) => refused(facts) && arch !== undefined && arch.startsWith('ppc'),
    then: 'classic',
    why: '29/31: __do_page_fault() of powerpc does not use VM_FAULT_SIGSEGV of the handler',
  },
  {
    id: 'access-refused',
    holds: refused,
    then: 'refused',
    why: 'step 10: VM_FAULT_SIGSEGV at once; spf_vma_access; 28/31 raises the perf event for any result but RETRY',
  },
  {
    id: 'interleaved',
    holds: ({ interleave }) => interleave,
    then: 'classic',
    why: 'step 11: the effective policy is MPOL_INTERLEAVE; spf_vma_notsup',
  },
  {
    id: 'huge-pmd',
    holds: ({ hugePmd }) => hugePmd,
    then: 'classic',
    why: 'step 13: a huge PMD, or an empty one that may become huge; spf_vma_notsup',
  },
  {
    id: 'no-page-table',
    holds: ({ pageTable }) => !pageTable,
    then: 'classic',
    why: 'steps 12 and 13: page tables are never allocated here; spf_vma_notsup',
  },
  {
    id: 'fetch-from-non-executable',
    holds: (facts) => facts.access === 'exec' && forbidden(facts),
    then: 'unsure',
    why: 'nobody checks VM_EXEC: handle_pte_fault() finds nothing to do and the fetch faults for ever',
  },
  {
    id: 'swapped-out',
    holds: ({ pte }) => pte === 'swap',
    then: 'unsure',
    why: 'do_swap_page(), 23/31: speculative from the swap cache or synchronous swap, else RETRY without readahead',
  },
  {
    id: 'copy-zero-page',
    holds: ({ pte }) => pte === 'zero',
    then: 'speculative',
    why: 'handle_pte_fault() -> do_wp_page() -> wp_page_copy() of the zero page',
  },
  {
    id: 'copy-on-write',
    holds: ({ pte }) => pte === 'present',
    then: 'speculative',
    why: 'handle_pte_fault() -> pte_spinlock() -> do_wp_page()',
  },
  {
    id: 'anonymous-page',
    holds: () => true,
    then: 'speculative',
    why: 'handle_pte_fault() -> do_anonymous_page() -> pte_map_lock()',
  },
];
