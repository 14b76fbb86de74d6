/**
 * What a page can be, as the sweep sees it. States are immutable and carry their hash, so that configurations are
 * compared without building keys.
 *
 * A page has one VMA view that every fault consults, and, while munmap or MADV_DONTNEED is under way, older views that
 * threads may still use through their TLB or through page-table entries that are not zapped yet: `older`, newest first.
 */

export const RIGHT = { read: 1, write: 2, exec: 4 } as const;

/** vma_is_accessible() (include/linux/mm.h): x86 and ppc64 let a read through whenever any right is there. */
export const readable = (prot: number): boolean => (prot & 7) !== 0;
export const writable = (prot: number): boolean => (prot & RIGHT.write) !== 0;

/** Content that was replaced by an open call and can still be reached by threads that have not flipped. */
export class View {
  readonly value: number;
  /** Threads (bits) that have left this view for a newer one. */
  readonly gone: number;
  /** Number of the call that replaced this content; when it ends, the view ends. */
  readonly by: number;
  readonly older: View | null;
  readonly hash: number;

  constructor(value: number, gone: number, by: number, older: View | null) {
    this.value = value;
    this.gone = gone;
    this.by = by;
    this.older = older;
    let hash = older === null ? 17 : older.hash;
    hash = Math.imul(hash ^ value, 0x85ebca6b);
    hash = Math.imul(hash ^ gone, 0xc2b2ae35);
    this.hash = Math.imul(hash ^ by, 0x27d4eb2f) ^ (hash >>> 15);
  }
}

export class PageState {
  readonly mapped: boolean;
  /** PROT_* bits; of an unmapped page with an older view, those that the view was mapped with. */
  readonly prot: number;
  /** Number of the value (values.ts); 0 is the zero page. */
  readonly value: number;
  readonly older: View | null;
  /**
   * While mremap is between its two instants, its destination shares the source's content: the number of the mremap
   * (`value` is then the source's index in the group), else -1.
   */
  readonly alias: number;
  /**
   * After MADV_FREE: the content is `value`, or has become zero meanwhile. Which of the two, nobody knows before it is
   * seen; a store ends it (madvise_free_pte_range() cleans the entry, and reclaim drops only what is clean).
   */
  readonly lazy: boolean;
  readonly hash: number;

  constructor(
    mapped: boolean,
    prot: number,
    value: number,
    older: View | null = null,
    alias = -1,
    lazy = false,
  ) {
    this.mapped = mapped;
    this.prot = prot;
    this.value = value;
    this.older = older;
    this.alias = alias;
    this.lazy = lazy;
    let hash = Math.imul(
      (mapped ? 8 : 0) + (lazy ? 0x40000000 : 0) + prot + Math.imul(alias + 1, 16),
      0x9e3779b1,
    );
    hash = Math.imul(hash ^ value, 0x85ebca6b);
    this.hash = (older === null ? hash : Math.imul(hash ^ older.hash, 0xc2b2ae35)) ^ (hash >>> 13);
  }
}

export const UNMAPPED = new PageState(false, 0, 0);

function sameViews(a: View | null, b: View | null): boolean {
  while (a !== b) {
    if (a === null || b === null) return false;
    if (a.value !== b.value || a.by !== b.by || a.gone !== b.gone) return false;
    a = a.older;
    b = b.older;
  }
  return true;
}

export function sameState(a: PageState, b: PageState): boolean {
  if (a === b) return true;
  return (
    a.hash === b.hash &&
    a.value === b.value &&
    a.mapped === b.mapped &&
    a.prot === b.prot &&
    a.alias === b.alias &&
    a.lazy === b.lazy &&
    sameViews(a.older, b.older)
  );
}

/** Everybody has flipped: what a call that takes mmap_lock for writing finds. */
export function settled(state: PageState): PageState {
  if (state.older === null) return state;
  return state.mapped ? new PageState(true, state.prot, state.value, null, -1, state.lazy) : UNMAPPED;
}

function cutViews(view: View | null, by: number): View | null {
  if (view === null || view.by === by) return null;
  const older = cutViews(view.older, by);
  return older === view.older ? view : new View(view.value, view.gone, view.by, older);
}

/** Is there something that call `by` replaced and that can still be reached? */
export function opened(state: PageState, by: number): boolean {
  for (let view = state.older; view !== null; view = view.older) if (view.by === by) return true;
  return false;
}

/** Call `by` has ended: its flush is over, nobody can use what it replaced, or anything older. */
export function closed(state: PageState, by: number): PageState {
  if (state.older === null) return state;
  const older = cutViews(state.older, by);
  if (older === state.older) return state;
  if (older === null) return settled(state);
  return new PageState(state.mapped, state.prot, state.value, older, -1, state.lazy);
}
