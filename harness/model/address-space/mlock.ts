import { ERRNO, LOCKS, MCL, MLOCK_ONFAULT, VM } from './flags.ts';
import { mergeVma } from './merge.ts';
import { offsetOf } from './mm.ts';
import { populate } from './populate.ts';
import { splitVma } from './split.ts';
import type { Mm, Vma } from './types.ts';
import { PAGE } from './u64.ts';
import { findIndex, findVma, nextOf, previousOf } from './vmas.ts';

/** mm/mlock.c. All of them @return 0 or -errno. */

/** The limit of pages that may be locked. */
export const lockLimit = (mm: Mm): number => Math.floor(mm.limits.memlock / PAGE);

/** mlock_future_check(): may a mapping with these flags be made? */
export function mayLockMore(mm: Mm, flags: number, pages: number): boolean {
  return !(flags & VM.LOCKED) || mm.lockedVm + pages <= lockLimit(mm);
}

export function mlock2(mm: Mm, address: number, length: number, flags: number): number {
  if (flags & ~MLOCK_ONFAULT) return -ERRNO.EINVAL;
  return doMlock(mm, address, length, flags & MLOCK_ONFAULT ? LOCKS : VM.LOCKED);
}

export const mlock = (mm: Mm, address: number, length: number): number =>
  doMlock(mm, address, length, VM.LOCKED);

function doMlock(mm: Mm, address: number, length: number, flags: number): number {
  if (mm.limits.memlock === 0) return -ERRNO.EPERM;
  const { start, bytes } = wholePages(address, length);
  const pages = bytes / PAGE;
  let locked = pages + mm.lockedVm;
  if (locked > lockLimit(mm)) locked -= countLocked(mm, start / PAGE, pages);
  if (locked > lockLimit(mm)) return -ERRNO.ENOMEM;
  const error = applyLocks(mm, start, bytes, flags);
  if (error !== 0) return error;
  // __mlock_posix_error_return(): EFAULT is ENOMEM to the caller.
  return populate(mm, start / PAGE, start / PAGE + pages, false) === 0 ? 0 : -ERRNO.ENOMEM;
}

export function munlock(mm: Mm, address: number, length: number): number {
  const { start, bytes } = wholePages(address, length);
  return applyLocks(mm, start, bytes, 0);
}

/** PAGE_ALIGN(length + offset_in_page(address)), around at the top; a length of 2^64 stands for 2^64 - 1. */
function wholePages(address: number, length: number): { start: number; bytes: number } {
  const within = address % PAGE;
  const [pages, rest] =
    length === 2 ** 64 ? [2 ** 52 - 1, PAGE - 1] : [Math.floor(length / PAGE), length % PAGE];
  const whole = (pages + Math.ceil((rest + within) / PAGE)) % 2 ** 52;
  return { start: address - within, bytes: whole * PAGE };
}

/** count_mm_mlocked_page_nr(). */
function countLocked(mm: Mm, start: number, pages: number): number {
  let count = 0;
  for (const vma of mm.vmas)
    if (vma.flags & VM.LOCKED)
      count += Math.max(0, Math.min(vma.end, start + pages) - Math.max(vma.start, start));
  return count;
}

/** apply_vma_lock_flags(). */
function applyLocks(mm: Mm, address: number, bytes: number, flags: number): number {
  const last = address + bytes;
  if (last >= 2 ** 64) return -ERRNO.EINVAL;
  if (bytes === 0) return 0;
  const end = last / PAGE;
  let at = address / PAGE;
  let vma = findVma(mm, at);
  if (vma === undefined || vma.start > at) return -ERRNO.ENOMEM;
  let previous = at > vma.start ? vma : previousOf(mm, vma);
  for (;;) {
    const stop = Math.min(vma.end, end);
    previous = fixup(mm, vma, previous, at, stop, (vma.flags & ~LOCKS) | flags);
    at = Math.max(stop, previous.end);
    if (at >= end) return 0;
    vma = nextOf(mm, previous);
    if (vma === undefined || vma.start !== at) return -ERRNO.ENOMEM;
  }
}

/** mlock_fixup(). @returns the VMA that has the range now. */
function fixup(mm: Mm, vma: Vma, previous: Vma | undefined, start: number, end: number, flags: number): Vma {
  const old = vma.flags;
  if (flags === old) return vma;
  const changed = changeFlags(mm, vma, previous, start, end, flags);
  if (!(flags & VM.LOCKED)) mm.lockedVm -= end - start;
  else if (!(old & VM.LOCKED)) mm.lockedVm += end - start;
  return changed;
}

/** The way of mprotect, madvise and mlock: merge the range with its neighbours, or cut it out; then it has the flags. */
export function changeFlags(
  mm: Mm,
  vma: Vma,
  previous: Vma | undefined,
  start: number,
  end: number,
  flags: number,
): Vma {
  const { file, anon } = vma;
  const range = { start, end, flags, file, anon, pgoff: offsetOf(vma, start), middle: vma };
  const merged = mergeVma(mm, previous, range);
  if (merged !== undefined) return merged;
  if (start !== vma.start) splitVma(mm, vma, start, true);
  if (end !== vma.end) splitVma(mm, vma, end, false);
  vma.flags = flags;
  return vma;
}

export function mlockall(mm: Mm, flags: number): number {
  if (flags === 0 || flags & ~(MCL.CURRENT | MCL.FUTURE | MCL.ONFAULT) || flags === MCL.ONFAULT)
    return -ERRNO.EINVAL;
  if (mm.limits.memlock === 0) return -ERRNO.EPERM;
  // The whole process is larger than the limit: MCL_CURRENT never comes through.
  if (flags & MCL.CURRENT) return -ERRNO.ENOMEM;
  mm.defFlags = VM.LOCKED | (flags & MCL.ONFAULT ? VM.LOCKONFAULT : 0);
  return 0;
}

export function munlockall(mm: Mm): number {
  mm.defFlags = 0;
  let previous: Vma | undefined;
  for (let at = 0; at < mm.vmas.length; at = findIndex(mm, previous.end - 1) + 1) {
    const vma = mm.vmas[at] as Vma;
    previous = fixup(mm, vma, previous, vma.start, vma.end, vma.flags & ~LOCKS);
  }
  return 0;
}
