import { importAnon, unlinkAnon } from './anon.ts';
import type { AnonVma, Mm, OpenFile, Vma } from './types.ts';
import { nextOf, removeVma } from './vmas.ts';

/** What is to be merged: a range that is new, or (`middle`) one that lies within a VMA and changes its flags. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  readonly file: OpenFile | null;
  readonly pgoff: number;
  readonly anon: AnonVma | null;
  readonly middle?: Vma;
  /** The VMA whose pages are to move to the range (mremap). */
  readonly copiedFrom?: Vma;
}

/**
 * vma_merge(), mm/mmap.c of 5.10: whether the range joins the VMA before or after it, or both. The cases are those of
 * the comment above that function; mm/vma.c of 6.12 and later decides the same in other words.
 *
 * @returns the VMA that has the range now, or undefined when nothing was merged.
 */
export function mergeVma(mm: Mm, previous: Vma | undefined, range: Range): Vma | undefined {
  const { start, end } = range;
  const at = previous === undefined ? 0 : mm.vmas.indexOf(previous) + 1;
  const area = mm.vmas[at];
  const next = area && area.end === end ? mm.vmas[at + 1] : area;
  const before = previous !== undefined && previous.end === start && mergesAfter(mm, previous, range);
  const after = next !== undefined && next.start === end && mergesBefore(mm, next, range);
  if (before) {
    const both = after && anonsGoTogether(previous, next);
    if (both) return joinBoth(mm, previous, next, range);
    return extendPrevious(mm, previous, range);
  }
  return after ? extendNext(mm, previous, next, range) : undefined;
}

/**
 * mmap_region() of 6.1 to 6.11: the following VMA is taken first, and the preceding one only if it goes with the
 * anon_vma of that.
 */
export function mergeNextFirst(mm: Mm, previous: Vma | undefined, range: Range): Vma | undefined {
  const next = previous === undefined ? mm.vmas[0] : nextOf(mm, previous);
  if (next === undefined || next.start !== range.end || !mergesBefore(mm, next, range))
    return mergeVma(mm, previous, range);
  const together = { ...range, anon: next.anon };
  const both = previous !== undefined && previous.end === range.start && mergesAfter(mm, previous, together);
  return both ? joinBoth(mm, previous, next, range) : extendNext(mm, previous, next, range);
}

/** Cases 1 and 6. */
function joinBoth(mm: Mm, previous: Vma, next: Vma, { middle, copiedFrom }: Range): Vma {
  mm.trail.push(middle ? 'merge-6' : 'merge-1');
  importAnon(previous, middle?.anon ? middle : next);
  if (copiedFrom) importAnon(previous, copiedFrom);
  if (middle) dropMerged(mm, middle);
  previous.end = next.end;
  dropMerged(mm, next);
  return previous;
}

/** Cases 2, 5 and 7. */
function extendPrevious(mm: Mm, previous: Vma, { end, middle, copiedFrom }: Range): Vma {
  if (middle) importAnon(previous, middle);
  else if (copiedFrom) importAnon(previous, copiedFrom);
  previous.end = end;
  if (middle === undefined) mm.trail.push('merge-2');
  else if (middle.end === end) {
    mm.trail.push('merge-7');
    dropMerged(mm, middle);
  } else {
    mm.trail.push('merge-5');
    middle.pgoff += end - middle.start;
    middle.start = end;
  }
  return previous;
}

/** Cases 3, 4 and 8. */
function extendNext(mm: Mm, previous: Vma | undefined, next: Vma, range: Range): Vma {
  const { start, middle, copiedFrom } = range;
  if (middle) importAnon(next, middle);
  else if (copiedFrom) importAnon(next, copiedFrom);
  next.pgoff -= next.start - start;
  next.start = start;
  if (middle === undefined) mm.trail.push('merge-3');
  else if (previous === middle) {
    mm.trail.push('merge-4');
    middle.end = start;
  } else {
    mm.trail.push('merge-8');
    dropMerged(mm, middle);
  }
  return next;
}

function dropMerged(mm: Mm, vma: Vma): void {
  unlinkAnon(vma);
  removeVma(mm, vma);
}

/** can_vma_merge_after(): may the range follow `vma`? */
export function mergesAfter(mm: Mm, vma: Vma, range: Range): boolean {
  return isMergeable(mm, vma, range) && vma.pgoff + (vma.end - vma.start) === range.pgoff;
}

/** can_vma_merge_before(): may the range come before `vma`? */
export function mergesBefore(mm: Mm, vma: Vma, range: Range): boolean {
  return isMergeable(mm, vma, range) && vma.pgoff === range.pgoff + (range.end - range.start);
}

/** is_mergeable_vma() and is_mergeable_anon_vma(). */
function isMergeable(mm: Mm, vma: Vma, range: Range): boolean {
  if (vma.flags !== range.flags || vma.file !== range.file) return false;
  return anonMerges(mm, vma, range);
}

/**
 * is_mergeable_anon_vma(). In 5.10 a faulted area does not merge into an unfaulted neighbour (its chain is empty, and
 * that is not the one entry asked for); an unfaulted area does into a faulted neighbour, unless that one was forked.
 */
function anonMerges(mm: Mm, vma: Vma, { anon, middle, copiedFrom }: Range): boolean {
  if (vma.anon === anon) return true;
  if (mm.kernel.has('faulted-merges-into-unfaulted')) {
    if (vma.anon === null) return !isForkChild(middle) && !isForkChild(copiedFrom);
    return anon === null && !isForkChild(vma);
  }
  return (anon === null || vma.anon === null) && vma.chain.length === 1;
}

/** vma_is_fork_child(). */
const isForkChild = (vma: Vma | undefined): boolean => !!vma && vma.anon !== null && vma.chain.length !== 1;

/** is_mergeable_anon_vma(a, b, NULL): what merges with the area on either side need not go together. */
function anonsGoTogether(a: Vma, b: Vma): boolean {
  return a.anon === null || b.anon === null || a.anon === b.anon;
}
