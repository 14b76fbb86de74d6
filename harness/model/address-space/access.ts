import { prepareAnon } from './anon.ts';
import { faultForRead, faultForWrite, readPage, writePage } from './content.ts';
import { SIGNAL, VM, type SignalName } from './flags.ts';
import { lockLimit } from './mlock.ts';
import { isAccessible } from './mm.ts';
import { GUARD_GAP } from './mmap.ts';
import type { Mm, Vma } from './types.ts';
import { PAGE } from './u64.ts';
import { findVma, previousOf } from './vmas.ts';

/** An access by the process itself: do_user_addr_fault() and access_error(), arch/x86/mm/fault.c. */

/** A fault that ends in a signal, as one negative number that is no errno. */
export const faultResult = (name: SignalName): number =>
  -(0x100000 + SIGNAL[name].signal * 256 + SIGNAL[name].code);

export function load(mm: Mm, address: number): number {
  const vma = reachable(mm, address);
  if (typeof vma === 'string') return faultResult(vma);
  const page = Math.floor(address / PAGE);
  if (vma.flags & VM.PKEY) return faultResult('SEGV_PKUERR');
  // Any right will do: but for the key, x86 knows no pages that can be executed or written but not read.
  if (!isAccessible(vma)) return faultResult('SEGV_ACCERR');
  const problem = faultForRead(mm, vma, page);
  return problem === undefined ? readPage(mm, vma, page) : faultResult(problem);
}

/** An exchange. @returns what was there, or faultResult(). */
export function exchange(mm: Mm, address: number, value: number): number {
  const vma = reachable(mm, address);
  if (typeof vma === 'string') return faultResult(vma);
  const page = Math.floor(address / PAGE);
  if (vma.flags & VM.PKEY) return faultResult('SEGV_PKUERR');
  if (!(vma.flags & VM.WRITE)) return faultResult('SEGV_ACCERR');
  const problem = faultForWrite(mm, vma, page);
  if (problem !== undefined) return faultResult(problem);
  const old = readPage(mm, vma, page);
  writePage(mm, vma, page, value);
  return old;
}

/** A jump there. @returns 0 when an instruction was fetched, or faultResult(). */
export function execute(mm: Mm, address: number): number {
  const vma = reachable(mm, address);
  if (typeof vma === 'string') return faultResult(vma);
  if (!isAccessible(vma)) return faultResult('SEGV_ACCERR');
  // A fetch from a page that is not there is first taken for a read; only the page that is there forbids it.
  const problem = faultForRead(mm, vma, Math.floor(address / PAGE));
  if (problem !== undefined) return faultResult(problem);
  return vma.flags & VM.EXEC ? 0 : faultResult('SEGV_ACCERR');
}

/**
 * What the guest does after each step: it reads every page between `first` and `last` that shows `r`. Only where a read
 * leaves something behind is there anything to do.
 */
export function readAll(mm: Mm, first: number, last: number): void {
  if (mm.kernel.zeroPage) return;
  for (const vma of mm.vmas)
    if (vma.start >= first && vma.start < last && vma.flags & VM.READ)
      for (let page = vma.start; page < vma.end; page++) faultForRead(mm, vma, page);
}

/** The VMA that has the address, after growing one downwards that may. */
function reachable(mm: Mm, address: number): Vma | SignalName {
  const page = Math.floor(address / PAGE);
  const vma = findVma(mm, page);
  if (vma === undefined) return 'SEGV_MAPERR';
  if (vma.start <= page) return vma;
  if (!(vma.flags & VM.GROWSDOWN) || !expandDownwards(mm, vma, page)) return 'SEGV_MAPERR';
  return vma;
}

/** expand_downwards(), mm/mmap.c. */
function expandDownwards(mm: Mm, vma: Vma, page: number): boolean {
  const previous = previousOf(mm, vma);
  const inTheWay = previous && !(previous.flags & VM.GROWSDOWN) && isAccessible(previous);
  if (inTheWay && page - previous.end < GUARD_GAP) return false;
  prepareAnon(mm, vma);
  const grow = vma.start - page;
  if ((vma.end - page) * PAGE > mm.limits.stack) return false;
  if (vma.flags & VM.LOCKED && mm.lockedVm + grow > lockLimit(mm)) return false;
  if (vma.flags & VM.LOCKED) mm.lockedVm += grow;
  mm.trail.push('grow-down');
  vma.start = page;
  vma.pgoff -= grow;
  return true;
}
