import { ACCESS, ERRNO, MAP, VM } from './flags.ts';
import { doMmap } from './mmap.ts';
import type { Mm } from './types.ts';
import { PAGE, wrap } from './u64.ts';
import { findVma, nextOf } from './vmas.ts';

/**
 * remap_file_pages(), mm/mmap.c: since 4.0 a mapping of its own over a part of a shared one.
 * @param pgoff pages. @returns 0 or -errno.
 */
export function remapFilePages(mm: Mm, address: number, size: number, prot: number, pgoff: number): number {
  if (prot !== 0) return -ERRNO.EINVAL;
  const [from, bytes] = [address - (address % PAGE), size - (size % PAGE)];
  if (wrap(from + bytes) <= from) return -ERRNO.EINVAL;
  const [start, end] = [from / PAGE, (from + bytes) / PAGE];
  const vma = findVma(mm, start);
  if (vma === undefined || !(vma.flags & VM.SHARED) || start < vma.start) return -ERRNO.EINVAL;
  for (let last = vma; last.end < end;) {
    const next = nextOf(mm, last);
    // A hole, another file or other rights end it.
    if (next?.start !== last.end || next.file !== vma.file || next.flags !== vma.flags) return -ERRNO.EINVAL;
    last = next;
  }
  const locked = vma.flags & VM.LOCKED ? MAP.LOCKED : 0;
  const result = doMmap(mm, {
    ...{ address: from, length: bytes, prot: vma.flags & ACCESS, file: vma.file },
    ...{ flags: MAP.SHARED | MAP.FIXED | MAP.POPULATE | locked, offset: pgoff * PAGE },
  });
  return result < 0 ? result : 0;
}
