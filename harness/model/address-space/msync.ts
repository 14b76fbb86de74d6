import { ERRNO, MS, VM } from './flags.ts';
import type { Mm } from './types.ts';
import { isAligned, PAGE, pageAlign } from './u64.ts';
import { findVma, nextOf } from './vmas.ts';

/** msync(), mm/msync.c. Nothing of shmem is ever written anywhere: only the errors are seen. @returns 0 or -errno. */
export function msync(mm: Mm, address: number, length: number, flags: number): number {
  if (flags & ~(MS.ASYNC | MS.INVALIDATE | MS.SYNC) || !isAligned(address)) return -ERRNO.EINVAL;
  if (flags & MS.ASYNC && flags & MS.SYNC) return -ERRNO.EINVAL;
  const bytes = pageAlign(length);
  if (address + bytes >= 2 ** 64) return -ERRNO.ENOMEM;
  if (bytes === 0) return 0;
  const end = (address + bytes) / PAGE;
  let [at, hole] = [address / PAGE, 0];
  for (let vma = findVma(mm, at); vma !== undefined; vma = nextOf(mm, vma)) {
    if (at < vma.start) {
      at = vma.start;
      if (at >= end) return -ERRNO.ENOMEM;
      hole = -ERRNO.ENOMEM;
    }
    if (flags & MS.INVALIDATE && vma.flags & VM.LOCKED) return -ERRNO.EBUSY;
    at = vma.end;
    if (at >= end) return hole;
  }
  return -ERRNO.ENOMEM;
}
