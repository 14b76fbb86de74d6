import { z } from 'zod';

export const PTE_STATES = [
  'none',
  'zero',
  'present',
  'shared-by-ksm',
  'uffd-protected',
  'numa-hint',
  'swap',
  'swap-cached',
  'swap-sync',
] as const;

/**
 * What is true when a fault happens, as far as v12's eligibility rules look at it (handle_speculative_fault() and
 * __handle_speculative_fault() of mm/memory.c in the series). The guest's `spf-counters` prints these facts for each
 * of its cases; the eligibility model turns them into what must have been counted.
 */
export const faultFactsSchema = z.object({
  /** vm.speculative_page_fault; null when the kernel has no such sysctl. */
  sysctl: z.boolean().nullable(),
  /** Tasks that share the mm (mm_users, as far as the workload knows); 1 closes the gate. */
  threads: z.number().int().positive(),
  /** False for a fault taken by the kernel on the thread's behalf (copy_to_user). */
  userMode: z.boolean(),
  /**
   * The VMA that find_vma() gives for the address: for an address in a hole that is the next one above, with `inBounds`
   * false; `none` when there is nothing above. `stack` is a GROWSDOWN mapping; `file` is private or shared file data.
   */
  vmaKind: z.enum(['anon', 'file', 'shmem', 'hugetlb', 'stack', 'none']),
  /** vma->anon_vma is set: a page of the VMA was written, or it merged with or was split from such a one. */
  anonVma: z.boolean(),
  /** The PTE table of the address's PMD is there. */
  pageTable: z.boolean(),
  /** userfaultfd is registered for missing pages on the VMA. */
  uffdMissing: z.boolean(),
  /** The effective memory policy is MPOL_INTERLEAVE. */
  interleave: z.boolean(),
  /** The VMA has a memory policy of its own (mbind(2)). */
  vmaPolicy: z.boolean(),
  /** The PMD maps, or the first touch may map, a transparent huge page. */
  hugePmd: z.boolean(),
  access: z.enum(['read', 'write', 'exec']),
  /** Rights of the VMA. */
  prot: z.object({ r: z.boolean(), w: z.boolean(), x: z.boolean() }),
  /** The VMA has a protection key that refuses the thread reads and writes (pkeys(7)). */
  keyRefuses: z.boolean(),
  /**
   * The PTE before the fault: `zero` the shared zero page; `present` an anonymous or file page that the access cannot
   * use as it is (write-protected by fork or mprotect, or forbidden by the VMA); `shared-by-ksm` one that KSM merged;
   * `uffd-protected` one that userfaultfd write-protects; `numa-hint` one that NUMA balancing made inaccessible. A swap
   * entry is `swap-cached` when its page is in the swap cache, `swap-sync` when the device is read synchronously (zram)
   * and nobody else has the page, else `swap`.
   */
  pte: z.enum(PTE_STATES),
  inBounds: z.boolean(),
  /** Accesses made, each to its own page and each meant to fault once. */
  faults: z.number().int().positive(),
});
export type FaultFacts = z.infer<typeof faultFactsSchema>;

/** Trace events of the system `pagefault`, by which the series says why it gave up (24/31). */
export const TRACE_EVENTS = [
  'spf_vma_changed',
  'spf_vma_noanon',
  'spf_vma_notsup',
  'spf_vma_access',
  'spf_pmd_changed',
] as const;
export type TraceEvent = (typeof TRACE_EVENTS)[number];

/** A line of `spf-counters`: the facts of one case and what was counted while the accesses ran. */
export const countedCaseSchema = z.object({
  case: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  facts: faultFactsSchema,
  /** PERF_COUNT_SW_PAGE_FAULTS of the faulting thread; null when perf would not open it. */
  faults: z.number().int().nonnegative().nullable(),
  /** PERF_COUNT_SW_SPF of the faulting thread; null when it was not asked for or would not open. */
  spf: z.number().int().nonnegative().nullable(),
  /** Growth of speculative_pgfault in /proc/vmstat: of the whole machine; null when the kernel has none. */
  vmstatSpf: z.number().int().nonnegative().nullable(),
  /** Trace events of the faulting thread; null for one that the kernel has not, or that would not open. */
  events: z.record(z.enum(TRACE_EVENTS), z.number().int().nonnegative().nullable()),
  /** The signal that the access raised; it was survived. */
  signal: z.enum(['SEGV', 'BUS']).nullable(),
  /** Why the case could not be set up here; the numbers are then null. */
  skipped: z.string().nullable(),
});
export type CountedCase = z.infer<typeof countedCaseSchema>;
