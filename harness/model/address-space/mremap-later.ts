import { ERRNO, MREMAP } from './flags.ts';
import { mayLockMore } from './mlock.ts';
import { isPrivate } from './mm.ts';
import { ELSEWHERE, unmappedArea } from './mmap.ts';
import { growInPlace, isExpandable, moveVma, type MremapCall } from './move.ts';
import { unmapPages } from './munmap.ts';
import type { Mm, Vma } from './types.ts';
import { isAligned, PAGE, pageAlign, TASK_SIZE, wrap } from './u64.ts';
import { findVma } from './vmas.ts';

/** A call whose arguments are in whole pages of bytes. */
interface Request {
  readonly address: number;
  readonly oldBytes: number;
  readonly newBytes: number;
  readonly flags: number;
  readonly target: number;
}

/** mremap() since 6.17, mm/mremap.c: do_mremap(). @returns the address, ELSEWHERE or -errno. */
export function mremapLater(mm: Mm, call: MremapCall): number {
  const { address, flags, target } = call;
  const oldBytes = pageAlign(call.oldLength);
  const newBytes = pageAlign(call.newLength);
  const request: Request = { address, oldBytes, newBytes, flags, target };
  const error = checkParameters(request);
  if (error !== 0) return error;
  if (flags & MREMAP.FIXED && oldBytes === newBytes) return moveAll(mm, request);
  const vma = vmaAt(mm, address);
  const problem = checkVma(mm, vma, request);
  if (vma === undefined || problem !== 0) return problem;
  return impliesPlace(flags) ? moveTo(mm, vma, request) : resize(mm, vma, request);
}

/** check_mremap_params(). */
function checkParameters({ address, oldBytes, newBytes, flags, target }: Request): number {
  const known = MREMAP.FIXED | MREMAP.MAYMOVE | MREMAP.DONTUNMAP;
  if (flags & ~known || !isAligned(address)) return -ERRNO.EINVAL;
  if (newBytes === 0 || newBytes > TASK_SIZE) return -ERRNO.EINVAL;
  if (!impliesPlace(flags)) return 0;
  if (target > TASK_SIZE - newBytes || !isAligned(target)) return -ERRNO.EINVAL;
  if (!(flags & MREMAP.MAYMOVE)) return -ERRNO.EINVAL;
  if (flags & MREMAP.DONTUNMAP && oldBytes !== newBytes) return -ERRNO.EINVAL;
  return wrap(address + oldBytes) > target && target + newBytes > address ? -ERRNO.EINVAL : 0;
}

/** vrm_implies_new_addr(). */
const impliesPlace = (flags: number): boolean => (flags & (MREMAP.FIXED | MREMAP.DONTUNMAP)) !== 0;

/** vma_lookup(). */
function vmaAt(mm: Mm, address: number): Vma | undefined {
  const vma = findVma(mm, address / PAGE);
  return vma !== undefined && vma.start * PAGE <= address ? vma : undefined;
}

/** check_prep_vma(). */
function checkVma(mm: Mm, vma: Vma | undefined, { address, oldBytes, newBytes, flags }: Request): number {
  if (vma === undefined) return -ERRNO.EFAULT;
  const expands = newBytes > oldBytes;
  if (!expands && !impliesPlace(flags)) return 0;
  if (oldBytes === 0 && isPrivate(vma)) return -ERRNO.EINVAL;
  if (Math.min(oldBytes, newBytes) > vma.end * PAGE - address) return -ERRNO.EFAULT;
  if (!expands) return 0;
  return mayLockMore(mm, vma.flags, (newBytes - oldBytes) / PAGE) ? 0 : -ERRNO.EAGAIN;
}

/** mremap_at(). */
function resize(mm: Mm, vma: Vma, { address, oldBytes, newBytes, flags }: Request): number {
  if (newBytes === oldBytes) return address;
  const [start, oldEnd, newEnd] = [address / PAGE, (address + oldBytes) / PAGE, (address + newBytes) / PAGE];
  if (newBytes < oldBytes) {
    // do_vmi_munmap() refuses what does not end in the address space.
    if (address + oldBytes > TASK_SIZE) return -ERRNO.EINVAL;
    unmapPages(mm, newEnd, oldEnd);
    return address;
  }
  if (oldEnd === vma.end && isExpandable(mm, vma, newEnd)) {
    growInPlace(mm, vma, newEnd);
    return address;
  }
  if (!(flags & MREMAP.MAYMOVE)) return -ERRNO.ENOMEM;
  moveVma(mm, vma, { from: start, oldPages: oldEnd - start, newPages: newEnd - start, to: ELSEWHERE, flags });
  return ELSEWHERE;
}

/** mremap_to(). */
function moveTo(mm: Mm, found: Vma, { address, oldBytes, newBytes, flags, target }: Request): number {
  let vma: Vma | undefined = found;
  if (flags & MREMAP.FIXED) {
    unmapPages(mm, target / PAGE, (target + newBytes) / PAGE);
    vma = vmaAt(mm, address);
    if (vma === undefined) return -ERRNO.EFAULT;
  }
  let left = oldBytes;
  if (oldBytes > newBytes) {
    if (address + oldBytes > TASK_SIZE) return -ERRNO.EINVAL;
    unmapPages(mm, (address + newBytes) / PAGE, (address + oldBytes) / PAGE);
    vma = vmaAt(mm, address);
    if (vma === undefined) return -ERRNO.EFAULT;
    left = newBytes;
  }
  const to = unmappedArea(mm, target, newBytes, (flags & MREMAP.FIXED) !== 0);
  if (to < 0 && to !== ELSEWHERE) return to;
  moveVma(mm, vma, {
    ...{ from: address / PAGE, oldPages: left / PAGE, newPages: newBytes / PAGE, flags },
    to: to === ELSEWHERE ? to : to / PAGE,
  });
  return to;
}

/** remap_move(): every VMA of the range, with the gaps between them. */
function moveAll(mm: Mm, { address: start, oldBytes, flags, target: begin }: Request): number {
  const end = start + oldBytes;
  let result: number = -ERRNO.EFAULT;
  let [target, lastEnd] = [begin, start];
  let seen = false;
  for (let at = start; at < end; at = lastEnd) {
    const vma = findVma(mm, at / PAGE);
    if (vma === undefined || vma.start * PAGE >= end) break;
    if (!seen && start < vma.start * PAGE) return -ERRNO.EFAULT;
    const address = Math.max(vma.start * PAGE, start);
    const bytes = Math.min(end, vma.end * PAGE) - address;
    const place = target + (seen ? vma.start * PAGE - lastEnd : 0);
    lastEnd = vma.end * PAGE;
    const request = { address, oldBytes: bytes, newBytes: bytes, flags, target: place };
    const problem = checkVma(mm, vma, request);
    const moved = problem === 0 ? moveTo(mm, vma, request) : problem;
    if (moved < 0) return moved;
    if (!seen) result = moved;
    seen = true;
    target = moved + bytes;
  }
  return result;
}
