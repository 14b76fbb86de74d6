import { ERRNO, MREMAP, VM } from './flags.ts';
import { mayLockMore } from './mlock.ts';
import { isPrivate } from './mm.ts';
import { ELSEWHERE, unmappedArea } from './mmap.ts';
import { growInPlace, isExpandable, moveVma, type MremapCall } from './move.ts';
import { mremapLater } from './mremap-later.ts';
import { munmap } from './munmap.ts';
import type { Mm, Vma } from './types.ts';
import { isAligned, PAGE, pageAlign, TASK_SIZE, wrap } from './u64.ts';
import { findVma } from './vmas.ts';

/** mremap(), mm/mremap.c of 5.10. @returns the address, ELSEWHERE or -errno. */
export function mremap(mm: Mm, call: MremapCall): number {
  if (mm.kernel.has('mremap-checks-first')) return mremapLater(mm, call);
  const { address, flags } = call;
  if (flags & ~(MREMAP.FIXED | MREMAP.MAYMOVE | MREMAP.DONTUNMAP)) return -ERRNO.EINVAL;
  if (flags & (MREMAP.FIXED | MREMAP.DONTUNMAP) && !(flags & MREMAP.MAYMOVE)) return -ERRNO.EINVAL;
  if (flags & MREMAP.DONTUNMAP && call.oldLength !== call.newLength) return -ERRNO.EINVAL;
  if (!isAligned(address)) return -ERRNO.EINVAL;
  const oldBytes = pageAlign(call.oldLength);
  const newBytes = pageAlign(call.newLength);
  if (newBytes === 0) return -ERRNO.EINVAL;
  if (mm.kernel.has('mremap-looks-first')) {
    const found = findVma(mm, address / PAGE);
    if (found === undefined || found.start * PAGE > address) return -ERRNO.EFAULT;
  }
  if (flags & (MREMAP.FIXED | MREMAP.DONTUNMAP)) return mremapTo(mm, call, oldBytes, newBytes);

  if (oldBytes >= newBytes) {
    const error = munmap(mm, wrap(address + newBytes), oldBytes - newBytes);
    return error !== 0 && oldBytes !== newBytes ? error : address;
  }
  const vma = resizable(mm, address, oldBytes, newBytes, flags);
  if (typeof vma === 'number') return vma;
  const [oldEnd, newEnd] = [(address + oldBytes) / PAGE, (address + newBytes) / PAGE];
  if (oldEnd === vma.end && isExpandable(mm, vma, newEnd)) {
    growInPlace(mm, vma, newEnd);
    return address;
  }
  if (!(flags & MREMAP.MAYMOVE)) return -ERRNO.ENOMEM;
  moveVma(mm, vma, {
    from: address / PAGE,
    oldPages: oldBytes / PAGE,
    newPages: newBytes / PAGE,
    to: ELSEWHERE,
    flags,
  });
  return ELSEWHERE;
}

/** mremap_to(): with MREMAP_FIXED the destination is cleared before the source is looked at. */
function mremapTo(mm: Mm, call: MremapCall, oldBytes: number, newBytes: number): number {
  const { address, target, flags } = call;
  if (!isAligned(target) || newBytes > TASK_SIZE || target > TASK_SIZE - newBytes) return -ERRNO.EINVAL;
  if (wrap(address + oldBytes) > target && target + newBytes > address) return -ERRNO.EINVAL;
  if (flags & MREMAP.FIXED) {
    const error = munmap(mm, target, newBytes);
    if (error !== 0) return error;
  }
  let oldLeft = oldBytes;
  if (oldBytes >= newBytes) {
    const error = munmap(mm, wrap(address + newBytes), oldBytes - newBytes);
    if (error !== 0 && oldBytes !== newBytes) return error;
    oldLeft = newBytes;
  }
  const vma = resizable(mm, address, oldLeft, newBytes, flags);
  if (typeof vma === 'number') return vma;
  const to = unmappedArea(mm, target, newBytes, (flags & MREMAP.FIXED) !== 0);
  if (to < 0 && to !== ELSEWHERE) return to;
  const place = to === ELSEWHERE ? to : to / PAGE;
  moveVma(mm, vma, {
    from: address / PAGE,
    oldPages: oldLeft / PAGE,
    newPages: newBytes / PAGE,
    to: place,
    flags,
  });
  return to;
}

/** vma_to_resize(). */
function resizable(mm: Mm, address: number, oldBytes: number, newBytes: number, flags: number): Vma | number {
  const vma = findVma(mm, address / PAGE);
  if (vma === undefined || vma.start * PAGE > address) return -ERRNO.EFAULT;
  if (oldBytes === 0 && isPrivate(vma)) return -ERRNO.EINVAL;
  if (flags & MREMAP.DONTUNMAP && !mayKeepSource(mm, vma)) return -ERRNO.EINVAL;
  if (oldBytes > vma.end * PAGE - address) return -ERRNO.EFAULT;
  if (newBytes === oldBytes) return vma;
  if (vma.flags & VM.LOCKED && !mayLockGrowth(mm, newBytes - oldBytes)) return -ERRNO.EAGAIN;
  // may_expand_vm() and overcommit: more than there is address space.
  return newBytes > TASK_SIZE ? -ERRNO.ENOMEM : vma;
}

/** 5.10 counts in bytes, and the sum goes around at the top; later kernels count in pages. */
function mayLockGrowth(mm: Mm, bytes: number): boolean {
  if (mm.kernel.has('locks-are-counted-in-pages')) return mayLockMore(mm, VM.LOCKED, bytes / PAGE);
  return wrap(mm.lockedVm * PAGE + bytes) <= mm.limits.memlock;
}

/** 5.10 keeps the source of private anonymous mappings only; 5.13 and later of everything. */
const mayKeepSource = (mm: Mm, vma: Vma): boolean =>
  mm.kernel.has('dontunmap-takes-all') || (vma.file === null && !(vma.flags & VM.SHARED));
