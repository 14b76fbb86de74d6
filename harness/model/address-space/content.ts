import { prepareAnon } from './anon.ts';
import type { SignalName } from './flags.ts';
import { isPrivate, offsetOf } from './mm.ts';
import type { Mm, Vma } from './types.ts';
import { PAGE } from './u64.ts';

/** What a page holds; we look at its first word only. */

/** shmem_fault() beyond the end of the file, mm/shmem.c: SIGBUS, unless the page was copied before. */
export function pageProblem(mm: Mm, vma: Vma, page: number): SignalName | undefined {
  if (vma.file === null || mm.anonymous.has(page)) return undefined;
  const pages = Math.ceil(vma.file.inode.size / PAGE);
  return offsetOf(vma, page) >= pages ? 'BUS_ADRERR' : undefined;
}

export function readPage(mm: Mm, vma: Vma, page: number): number {
  const own = mm.anonymous.get(page);
  if (own !== undefined) return own;
  return vma.file === null ? 0 : (vma.file.inode.pages.get(offsetOf(vma, page)) ?? 0);
}

export function writePage(mm: Mm, vma: Vma, page: number, value: number): void {
  if (vma.file !== null && !isPrivate(vma)) {
    vma.file.inode.pages.set(offsetOf(vma, page), value);
    return;
  }
  prepareAnon(mm, vma);
  mm.anonymous.set(page, value);
}

/**
 * A write fault without a write: a private page becomes the process's own. do_cow_fault() prepares the anon_vma before it
 * asks the file, so that stays even where there is no page.
 */
export function faultForWrite(mm: Mm, vma: Vma, page: number): SignalName | undefined {
  if (isPrivate(vma)) prepareAnon(mm, vma);
  const problem = pageProblem(mm, vma, page);
  if (problem === undefined && isPrivate(vma)) writePage(mm, vma, page, readPage(mm, vma, page));
  return problem;
}

/** A read fault without a read. @returns what is wrong with the page, if anything is. */
export function faultForRead(mm: Mm, vma: Vma, page: number): SignalName | undefined {
  if (vma.file !== null) return pageProblem(mm, vma, page);
  if (mm.kernel.zeroPage || mm.anonymous.has(page)) return undefined;
  prepareAnon(mm, vma);
  mm.anonymous.set(page, 0);
  return undefined;
}

/** zap_page_range(): private copies are lost; what is in files stays. */
export function zapPages(mm: Mm, start: number, end: number): void {
  for (let page = start; page < end; page++) mm.anonymous.delete(page);
}

/** move_page_tables(). */
export function movePages(mm: Mm, from: number, to: number, count: number): void {
  const moved: [number, number][] = [];
  for (let page = 0; page < count; page++) {
    const value = mm.anonymous.get(from + page);
    if (value === undefined) continue;
    mm.anonymous.delete(from + page);
    moved.push([to + page, value]);
  }
  for (const [page, value] of moved) mm.anonymous.set(page, value);
}
