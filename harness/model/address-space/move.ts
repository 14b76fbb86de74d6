import { cloneAnon, unlinkAnon } from './anon.ts';
import { movePages } from './content.ts';
import { LOCKS, MREMAP, VM } from './flags.ts';
import { mergeVma } from './merge.ts';
import { offsetOf } from './mm.ts';
import { ELSEWHERE, unmappedArea } from './mmap.ts';
import { unmapPages } from './munmap.ts';
import { populate } from './populate.ts';
import type { Mm, Vma } from './types.ts';
import { PAGE } from './u64.ts';
import { insertVma, nextOf, previousAt } from './vmas.ts';

/** What mremap() does once it is decided that a mapping grows or moves; mm/mremap.c. */

export interface MremapCall {
  readonly address: number;
  readonly oldLength: number;
  readonly newLength: number;
  readonly flags: number;
  readonly target: number;
}

/** vma_expandable(). */
export function isExpandable(mm: Mm, vma: Vma, newEnd: number): boolean {
  const next = nextOf(mm, vma);
  if (next !== undefined && next.start < newEnd) return false;
  return unmappedArea(mm, vma.start * PAGE, (newEnd - vma.start) * PAGE, true) >= 0;
}

export function growInPlace(mm: Mm, vma: Vma, newEnd: number): void {
  const { end: start, flags, file, anon } = vma;
  mm.trail.push('grow-in-place');
  const merged =
    mm.kernel.has('mremap-merges-after-growing') &&
    mergeVma(mm, vma, { start, end: newEnd, flags, file, anon, pgoff: offsetOf(vma, start) });
  if (!merged) vma.end = newEnd;
  if (flags & VM.LOCKED) {
    mm.lockedVm += newEnd - start;
    populate(mm, start, newEnd, true);
  }
}

export interface Move {
  /** Pages; `to` may be ELSEWHERE. */
  readonly from: number;
  readonly oldPages: number;
  readonly newPages: number;
  readonly to: number;
  readonly flags: number;
}

/** move_vma(), and copy_vma() of mm/mmap.c. */
export function moveVma(mm: Mm, source: Vma, { from, oldPages, newPages, to, flags: call }: Move): void {
  mm.trail.push('move');
  const { flags } = source;
  let vma = source;
  if (to !== ELSEWHERE) {
    const faulted = source.file !== null || source.anon !== null;
    // An anonymous mapping without a page yet takes the offset of its new place.
    const pgoff = faulted ? offsetOf(source, from) : to;
    const { start } = source;
    const apart =
      !faulted && call & MREMAP.DONTUNMAP && mm.kernel.has('dontunmap-never-merges-itself')
        ? source.end === to || source.start === to + newPages
        : false;
    const copy = copyVma(mm, source, to, to + newPages, pgoff, apart);
    // The source may have been merged into its own copy.
    if (start >= copy.start && start < copy.end) vma = copy;
    movePages(mm, from, to, oldPages);
  }
  if (call & MREMAP.DONTUNMAP) {
    keepSource(mm, vma, from, oldPages, to, vma !== source);
    return;
  }
  unmapPages(mm, from, from + oldPages);
  if (flags & VM.LOCKED && to !== ELSEWHERE) {
    mm.lockedVm += newPages;
    if (newPages > oldPages) populate(mm, to + oldPages, to + newPages, true);
  }
}

/** copy_vma(). @param apart whether nothing may be merged. */
function copyVma(mm: Mm, source: Vma, start: number, end: number, pgoff: number, apart: boolean): Vma {
  const { flags, file, anon } = source;
  const range = { start, end, flags, file, anon, pgoff, copiedFrom: source };
  const merged = apart ? undefined : mergeVma(mm, previousAt(mm, start), range);
  if (merged !== undefined) return merged;
  const copy: Vma = { ...source, start, end, pgoff, chain: [] };
  cloneAnon(copy, source);
  insertVma(mm, copy);
  return copy;
}

/** The old range stays mapped, empty and unlocked: dontunmap_complete() of later kernels. */
function keepSource(
  mm: Mm,
  vma: Vma,
  from: number,
  pages: number,
  to: number,
  mergedIntoCopy: boolean,
): void {
  const locked = (vma.flags & VM.LOCKED) !== 0;
  // What went elsewhere is unmapped there, and counts no longer.
  if (locked && to === ELSEWHERE) mm.lockedVm -= pages;
  if (locked && mm.kernel.has('dontunmap-counts-locks-twice')) mm.lockedVm += pages;
  vma.flags &= ~LOCKS;
  if (to === ELSEWHERE) for (let page = from; page < from + pages; page++) mm.anonymous.delete(page);
  const whole = vma.start === from && vma.end === from + pages;
  if (whole && !mergedIntoCopy && mm.kernel.has('dontunmap-forgets-anon')) unlinkAnon(vma);
}
