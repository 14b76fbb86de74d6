import { z } from 'zod';

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
  /** The PMD maps, or the first touch may map, a transparent huge page. */
  hugePmd: z.boolean(),
  access: z.enum(['read', 'write', 'exec']),
  /** Rights of the VMA. */
  prot: z.object({ r: z.boolean(), w: z.boolean(), x: z.boolean() }),
  /**
   * The PTE before the fault: `zero` the shared zero page; `present` an anonymous or file page that the access cannot
   * use as it is (write-protected by fork or mprotect, or forbidden by the VMA).
   */
  pte: z.enum(['none', 'zero', 'present', 'swap']),
  inBounds: z.boolean(),
  /** Accesses made, each to its own page and each meant to fault once. */
  faults: z.number().int().positive(),
});
export type FaultFacts = z.infer<typeof faultFactsSchema>;

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
  /** The signal that the access raised; it was survived. */
  signal: z.enum(['SEGV', 'BUS']).nullable(),
  /** Why the case could not be set up here; the numbers are then null. */
  skipped: z.string().nullable(),
});
export type CountedCase = z.infer<typeof countedCaseSchema>;
