import { ACCESS, ERRNO, PROT, VM } from './flags.ts';
import { changeFlags } from './mlock.ts';
import { populateVma } from './populate.ts';
import type { Mm, Vma } from './types.ts';
import { isAligned, PAGE, pageAlign } from './u64.ts';
import { findVma, nextOf, previousOf } from './vmas.ts';

const KNOWN = PROT.READ | PROT.WRITE | PROT.EXEC | PROT.SEM;

/** do_mprotect_pkey(), mm/mprotect.c. @returns 0 or -errno; what came before the VMA that failed stays changed. */
export function mprotect(mm: Mm, address: number, length: number, asked: number): number {
  const grows = asked & (PROT.GROWSDOWN | PROT.GROWSUP);
  const prot = asked & ~(PROT.GROWSDOWN | PROT.GROWSUP);
  if (grows === (PROT.GROWSDOWN | PROT.GROWSUP) || !isAligned(address)) return -ERRNO.EINVAL;
  if (length === 0) return 0;
  const bytes = pageAlign(length);
  if (bytes === 0 || address + bytes >= 2 ** 64) return -ERRNO.ENOMEM;
  if (prot & ~KNOWN) return -ERRNO.EINVAL;

  let at = address / PAGE;
  const end = at + bytes / PAGE;
  let vma = findVma(mm, at);
  if (vma === undefined) return -ERRNO.ENOMEM;
  if (grows & PROT.GROWSDOWN) {
    if (vma.start >= end) return -ERRNO.ENOMEM;
    at = vma.start;
    if (!(vma.flags & VM.GROWSDOWN)) return -ERRNO.EINVAL;
  } else {
    if (vma.start > at) return -ERRNO.ENOMEM;
    // x86 has no VMA that grows upwards.
    if (grows & PROT.GROWSUP) return -ERRNO.EINVAL;
  }
  let previous = at > vma.start ? vma : previousOf(mm, vma);
  for (;;) {
    const flags = (prot & ACCESS) | (vma.flags & ~(ACCESS | VM.PKEY)) | keyOf(mm, prot);
    if (flags & ~(flags >> 4) & ACCESS) return -ERRNO.EACCES;
    const stop = Math.min(vma.end, end);
    previous = fixup(mm, vma, previous, at, stop, flags);
    at = Math.max(stop, previous.end);
    if (at >= end) return 0;
    vma = nextOf(mm, previous);
    if (vma === undefined || vma.start !== at) return -ERRNO.ENOMEM;
  }
}

/** __arch_override_mprotect_pkey(), arch/x86/mm/pkeys.c. */
const keyOf = ({ kernel }: Mm, prot: number): number => (prot === PROT.EXEC && kernel.pkeys ? VM.PKEY : 0);

/** mprotect_fixup(). @returns the VMA that has the range now. */
function fixup(mm: Mm, vma: Vma, previous: Vma | undefined, start: number, end: number, wanted: number): Vma {
  const old = vma.flags;
  if (wanted === old) return vma;
  const changed = changeFlags(mm, vma, previous, start, end, accountedFlags(mm, vma, wanted));
  // A locked private mapping that becomes writable is copied at once.
  if ((old & (VM.WRITE | VM.SHARED | VM.LOCKED)) === VM.LOCKED && wanted & VM.WRITE)
    populateVma(mm, changed, start, end);
  return changed;
}

/** What was made writable once stays accounted for, in 5.10 whatever becomes of it. */
function accountedFlags(mm: Mm, { flags, file, anon }: Vma, wanted: number): number {
  const accounts = wanted & VM.WRITE && !(flags & (VM.ACCOUNT | VM.WRITE | VM.SHARED | VM.NORESERVE));
  if (accounts) return wanted | VM.ACCOUNT;
  const returns = mm.kernel.has('unfaulted-gives-account-back') && !(wanted & VM.WRITE);
  return returns && file === null && anon === null ? wanted & ~VM.ACCOUNT : wanted;
}
