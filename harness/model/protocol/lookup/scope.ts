/** How much of the world a search of the lookup protocol looks at. */
export interface LookupScope {
  /** Threads that fault. */
  readonly threads: number;
  /** Lookups that each of them makes. */
  readonly finds: number;
  /** VMAs at the start, of a page each, side by side. */
  readonly vmas: number;
  /** System calls that change the address space, one after the other (mmap_lock serializes them). */
  readonly operations: number;
  /** Which calls there are to choose from. */
  readonly calls: readonly CallKind[];
  /** VMAs that mmap can make in all. */
  readonly maps: number;
}

/** `merge` is mprotect or mmap making two neighbours one (case 1 of vma_merge); `exit` comes last, if it is given. */
export type CallKind = 'munmap' | 'munmap2' | 'mmap' | 'merge' | 'exit';

export const LOOKUP_SCOPE: LookupScope = {
  threads: 1,
  finds: 1,
  vmas: 3,
  operations: 2,
  calls: ['munmap', 'munmap2', 'mmap', 'merge', 'exit'],
  maps: 1,
};

/** What the code under test does: v12 as posted, with fixes, with one thing broken. */
export type Variant = ReadonlySet<string>;
