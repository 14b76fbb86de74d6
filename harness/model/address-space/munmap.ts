import { unlinkAnon } from './anon.ts';
import { zapPages } from './content.ts';
import { ERRNO, VM } from './flags.ts';
import { splitVma } from './split.ts';
import type { Mm, Vma } from './types.ts';
import { isAligned, PAGE, pageAlign, TASK_SIZE } from './u64.ts';
import { findIndex, findVma } from './vmas.ts';

/** __do_munmap(), mm/mmap.c. @returns 0 or -errno. */
export function munmap(mm: Mm, address: number, length: number): number {
  if (!isAligned(address) || address > TASK_SIZE || length > TASK_SIZE - address) return -ERRNO.EINVAL;
  const bytes = pageAlign(length);
  if (bytes === 0) return -ERRNO.EINVAL;
  unmapPages(mm, address / PAGE, (address + bytes) / PAGE);
  return 0;
}

/** Nothing for an empty range, as do_munmap() refuses it. */
export function unmapPages(mm: Mm, start: number, end: number): void {
  if (start >= end) return;
  const first = findVma(mm, start);
  if (first === undefined || first.start >= end) return;
  if (start > first.start) splitVma(mm, first, start, false);
  const last = findVma(mm, end);
  if (last !== undefined && end > last.start) splitVma(mm, last, end, true);
  const at = findIndex(mm, start);
  let count = 0;
  for (; at + count < mm.vmas.length; count++) {
    const vma = mm.vmas[at + count] as Vma;
    if (vma.start >= end) break;
    if (vma.flags & VM.LOCKED) mm.lockedVm -= vma.end - vma.start;
    zapPages(mm, vma.start, vma.end);
    unlinkAnon(vma);
  }
  if (count > 0) mm.trail.push('unmap');
  mm.vmas.splice(at, count);
}
