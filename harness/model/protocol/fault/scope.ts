/** How much of the world a search of the fault protocol looks at. */
export interface FaultScope {
  /** Threads that store to memory. */
  readonly threads: number;
  /** Stores that each of them makes. */
  readonly stores: number;
  /** A list of system calls for each thread that makes any. */
  readonly callers: readonly (readonly SystemCall[])[];
  /** Pages that are stored to: 0 is where the memory is, 1 where mremap moves it. */
  readonly pages: 1 | 2;
  /** Is everything that was stored still there at the end? No, where calls drop memory. */
  readonly keeps: boolean;
  /** The page tables already hold the page, writable, when things begin. */
  readonly populated: boolean;
  readonly sometimes: readonly FaultMark[];
}

/** What has to happen in some run (P13), by the names in thread.ts. */
export type FaultMark = 'speculative' | 'classic' | 'refused' | 'changed' | 'copied' | 'cleared';

export type SystemCall =
  | 'mprotect-read'
  | 'mprotect-write'
  | 'dontneed'
  | 'munmap'
  | 'mremap'
  | 'mremap-pmd'
  | 'fork'
  | 'split-protect'
  | 'protect-rest'
  | 'merge-back';
