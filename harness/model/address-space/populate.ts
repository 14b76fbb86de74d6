import { faultForRead, faultForWrite } from './content.ts';
import { ERRNO, VM } from './flags.ts';
import { isAccessible } from './mm.ts';
import type { Mm, Vma } from './types.ts';
import { nextOf, findVma } from './vmas.ts';

/** __mm_populate(), mm/gup.c. @returns 0 or -EFAULT; `ignoreErrors` goes on with the next VMA instead. */
export function populate(mm: Mm, start: number, end: number, ignoreErrors: boolean): number {
  if (start >= end) return 0;
  let vma = findVma(mm, start);
  while (vma !== undefined && vma.start < end) {
    const error = populateVma(mm, vma, Math.max(start, vma.start), Math.min(end, vma.end));
    if (error !== 0 && !ignoreErrors) return error;
    vma = nextOf(mm, vma);
  }
  return 0;
}

/**
 * populate_vma_page_range(): faults as reads, in private writable VMAs as writes. With MLOCK_ONFAULT nothing is faulted
 * in (faultin_page()).
 */
export function populateVma(mm: Mm, vma: Vma, start: number, end: number): number {
  // check_vma_flags(): without any right there is no FOLL_FORCE, and no VM_READ.
  const onFault = (vma.flags & VM.LOCKONFAULT) !== 0;
  if (onFault && mm.kernel.has('onfault-is-not-looked-at')) return 0;
  if (!isAccessible(vma)) return -ERRNO.EFAULT;
  if (onFault) return 0;
  // What only its key protects: check_vma_flags() asks arch_vma_access_permitted().
  if (vma.flags & VM.PKEY) return -ERRNO.EFAULT;
  const write = (vma.flags & (VM.WRITE | VM.SHARED)) === VM.WRITE;
  for (let page = start; page < end; page++) {
    const problem = write ? faultForWrite(mm, vma, page) : faultForRead(mm, vma, page);
    if (problem !== undefined) return -ERRNO.EFAULT;
  }
  return 0;
}
