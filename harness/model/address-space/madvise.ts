import { faultForRead, faultForWrite, zapPages } from './content.ts';
import { ERRNO, MADV, VM } from './flags.ts';
import { changeFlags } from './mlock.ts';
import { isPrivate, offsetOf } from './mm.ts';
import type { Mm, Vma } from './types.ts';
import { isAligned, PAGE, pageAlign } from './u64.ts';
import { findVma, nextOf, previousOf } from './vmas.ts';

/** do_madvise(), mm/madvise.c. @returns 0 or -errno; holes are skipped and told at the end. */
export function madvise(mm: Mm, address: number, length: number, advice: number): number {
  if (!isValid(mm, advice) || !isAligned(address)) return -ERRNO.EINVAL;
  const bytes = pageAlign(length);
  if (length > 0 && bytes === 0) return -ERRNO.EINVAL;
  if (address + bytes >= 2 ** 64) return -ERRNO.EINVAL;
  if (bytes === 0) return 0;

  let at = address / PAGE;
  const end = at + bytes / PAGE;
  const populates = advice === MADV.POPULATE_READ || advice === MADV.POPULATE_WRITE;
  if (populates && !mm.kernel.has('populate-walks-vmas'))
    return adviseToPopulate(mm, at, end, advice === MADV.POPULATE_WRITE);
  let hole = 0;
  let vma = findVma(mm, at);
  let previous = vma && (at > vma.start ? vma : previousOf(mm, vma));
  if (vma === undefined) return -ERRNO.ENOMEM;
  for (;;) {
    if (vma === undefined) return -ERRNO.ENOMEM;
    if (at < vma.start) {
      hole = -ERRNO.ENOMEM;
      at = vma.start;
      if (at >= end) return hole;
    }
    const stop = Math.min(vma.end, end);
    const changed = adviseVma(mm, vma, previous, at, stop, advice);
    if (typeof changed === 'number') return changed;
    previous = changed;
    at = Math.max(stop, previous.end);
    if (at >= end) return hole;
    vma = nextOf(mm, previous);
  }
}

/** madvise_populate(): unlike mlock it wants the very right, and says what went wrong. */
function adviseToPopulate(mm: Mm, start: number, end: number, write: boolean): number {
  for (let page = start; page < end; page++) {
    const vma = findVma(mm, page);
    if (vma === undefined || vma.start > page) return -ERRNO.ENOMEM;
    if (!(vma.flags & (write ? VM.WRITE : VM.READ))) return -ERRNO.EINVAL;
    const problem = write ? faultForWrite(mm, vma, page) : faultForRead(mm, vma, page);
    if (problem !== undefined) return -ERRNO.EFAULT;
  }
  return 0;
}

/** madvise_behavior_valid(). */
function isValid({ kernel }: Mm, advice: number): boolean {
  switch (advice) {
    case MADV.MERGEABLE:
    case MADV.UNMERGEABLE:
      return kernel.ksm;
    case MADV.HUGEPAGE:
    case MADV.NOHUGEPAGE:
      return kernel.thp;
    case MADV.POPULATE_READ:
    case MADV.POPULATE_WRITE:
      return kernel.has('madv-populate');
    case MADV.DONTNEED_LOCKED:
      return kernel.has('madv-dontneed-locked');
    default:
      return advice <= MADV.PAGEOUT && !(advice > MADV.DONTNEED && advice < MADV.FREE) && advice >= 0;
  }
}

/** madvise_vma(). @returns the VMA that has the range now, or -errno. */
function adviseVma(
  mm: Mm,
  vma: Vma,
  previous: Vma | undefined,
  start: number,
  end: number,
  advice: number,
): Vma | number {
  switch (advice) {
    case MADV.WILLNEED:
      return vma;
    case MADV.COLD:
    case MADV.PAGEOUT:
      return vma.flags & VM.LOCKED ? -ERRNO.EINVAL : vma;
    case MADV.DONTNEED:
      if (vma.flags & VM.LOCKED) return -ERRNO.EINVAL;
      zapPages(mm, start, end);
      return vma;
    case MADV.DONTNEED_LOCKED:
      zapPages(mm, start, end);
      return vma;
    case MADV.FREE:
      // Contents may go when memory is short; where it is not, they stay.
      return vma.flags & VM.LOCKED || vma.file !== null ? -ERRNO.EINVAL : vma;
    case MADV.POPULATE_READ:
    case MADV.POPULATE_WRITE: {
      const error = adviseToPopulate(mm, start, end, advice === MADV.POPULATE_WRITE);
      return error === 0 ? vma : error;
    }
    case MADV.REMOVE:
      return removePages(mm, vma, start, end) ?? vma;
    default: {
      const flags = advisedFlags(vma, advice);
      if (typeof flags !== 'number') return -ERRNO[flags.error];
      return flags === vma.flags ? vma : changeFlags(mm, vma, previous, start, end, flags);
    }
  }
}

/** madvise_remove(): a hole is punched into the file, whole pages of it. */
function removePages(mm: Mm, vma: Vma, start: number, end: number): number | undefined {
  if (vma.flags & VM.LOCKED || vma.file === null) return -ERRNO.EINVAL;
  const right = VM.SHARED | (mm.kernel.has('remove-wants-maywrite') ? VM.MAYWRITE : VM.WRITE);
  if ((vma.flags & right) !== right) return -ERRNO.EACCES;
  for (let page = start; page < end; page++) vma.file.inode.pages.delete(offsetOf(vma, page));
  return undefined;
}

/** madvise_behavior(): the flags that the advice leads to. */
function advisedFlags(vma: Vma, advice: number): number | { error: 'EINVAL' } {
  const { flags } = vma;
  switch (advice) {
    case MADV.NORMAL:
      return flags & ~(VM.RAND_READ | VM.SEQ_READ);
    case MADV.SEQUENTIAL:
      return (flags & ~VM.RAND_READ) | VM.SEQ_READ;
    case MADV.RANDOM:
      return (flags & ~VM.SEQ_READ) | VM.RAND_READ;
    case MADV.DONTFORK:
      return flags | VM.DONTCOPY;
    case MADV.DOFORK:
      return flags & ~VM.DONTCOPY;
    case MADV.WIPEONFORK:
      return vma.file !== null || flags & VM.SHARED ? { error: 'EINVAL' } : flags | VM.WIPEONFORK;
    case MADV.KEEPONFORK:
      return flags & ~VM.WIPEONFORK;
    case MADV.DONTDUMP:
      return flags | VM.DONTDUMP;
    case MADV.DODUMP:
      return flags & ~VM.DONTDUMP;
    case MADV.MERGEABLE:
      // ksm_madvise(): quietly nothing for what is shared.
      return isPrivate(vma) ? flags | VM.MERGEABLE : flags;
    case MADV.UNMERGEABLE:
      return flags & ~VM.MERGEABLE;
    case MADV.HUGEPAGE:
      return (flags & ~VM.NOHUGEPAGE) | VM.HUGEPAGE;
    case MADV.NOHUGEPAGE:
      return (flags & ~VM.HUGEPAGE) | VM.NOHUGEPAGE;
    default:
      throw new Error(`no such advice: ${advice}`);
  }
}
