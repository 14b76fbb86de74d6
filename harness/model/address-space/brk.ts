import { VM, MAY } from './flags.ts';
import { mayLockMore } from './mlock.ts';
import { mapRegion, startWithGap } from './mmap.ts';
import { unmapPages } from './munmap.ts';
import { populate } from './populate.ts';
import type { Mm } from './types.ts';
import { PAGE, pageAlign, TASK_SIZE } from './u64.ts';
import { findVma } from './vmas.ts';

/** brk(), mm/mmap.c. @returns the break as it is now; a refusal is the old one. */
export function brk(mm: Mm, wanted: number): number {
  if (wanted < mm.startBrk || wanted >= TASK_SIZE) return mm.brk;
  const [from, to] = [pageAlign(mm.brk) / PAGE, pageAlign(wanted) / PAGE];
  if (from === to || wanted <= mm.brk) {
    const found = findVma(mm, to);
    const nothing = to < from && (found === undefined || found.start >= from);
    if (nothing && mm.kernel.has('brk-wants-something-to-cut')) return mm.brk;
    mm.brk = wanted;
    if (to < from) unmapPages(mm, to, from);
    return wanted;
  }
  const next = findVma(mm, from);
  if (next !== undefined && to + 1 > startWithGap(next)) return mm.brk;
  if (!mayLockMore(mm, mm.defFlags, to - from)) return mm.brk;
  growHeap(mm, from, to);
  mm.brk = wanted;
  if (mm.defFlags & VM.LOCKED) populate(mm, from, to, true);
  return wanted;
}

/** do_brk_flags(). What comes after is never near enough to merge with: brk() wants a page between. */
function growHeap(mm: Mm, start: number, end: number): void {
  const flags = VM.READ | VM.WRITE | MAY | VM.ACCOUNT | mm.defFlags;
  mapRegion(mm, { start, end, flags, pgoff: start, file: null, anon: null });
}
