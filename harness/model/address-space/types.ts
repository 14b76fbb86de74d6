import type { Kernel } from './kernel.ts';

/**
 * What rmap hangs a VMA's anonymous pages on (struct anon_vma, include/linux/rmap.h). Only what decides merging and
 * reuse is kept.
 */
export interface AnonVma {
  readonly parent: AnonVma | null;
  /** num_children: anon_vmas made by forks from this one; a root counts itself. */
  children: number;
  /** num_active_vmas: VMAs whose anon_vma is this one. */
  active: number;
  /** Links in its interval tree: VMAs that have this one in their chain. */
  links: number;
}

/** An open file (struct file): its identity, not its inode's, decides merging. */
export interface OpenFile {
  readonly inode: Inode;
  readonly writable: boolean;
  /** As /proc/self/maps prints it. */
  readonly name: string;
}

/** What is in a file of shmem. Shared by every process, so a fork does not copy it. */
export interface Inode {
  /** Bytes. */
  size: number;
  /** First word of each page by its index; a page that is not here is zero. */
  readonly pages: Map<number, number>;
}

/** struct vm_area_struct. Addresses and offsets are in pages. */
export interface Vma {
  start: number;
  end: number;
  flags: number;
  pgoff: number;
  readonly file: OpenFile | null;
  anon: AnonVma | null;
  /** anon_vma_chain: the newest first. */
  chain: AnonVma[];
}

/** Bytes; Infinity is RLIM_INFINITY. */
export interface Limits {
  memlock: number;
  stack: number;
}

/** struct mm_struct, as far as a program can see it. */
export interface Mm {
  readonly kernel: Kernel;
  /** Ordered by address; disjoint. */
  readonly vmas: Vma[];
  /** Private copies: first word of each page by page number. */
  readonly anonymous: Map<number, number>;
  readonly files: readonly OpenFile[];
  /** Bytes. */
  startBrk: number;
  brk: number;
  /** Pages. */
  lockedVm: number;
  /** VM_LOCKED and VM_LOCKONFAULT that new mappings get (mlockall with MCL_FUTURE). */
  defFlags: number;
  limits: Limits;
  /** What the kernel is taken to have done in the current step: names in rules.ts, the last decision last. */
  trail: string[];
}
