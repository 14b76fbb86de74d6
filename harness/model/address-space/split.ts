import { cloneAnon } from './anon.ts';
import type { Mm, Vma } from './types.ts';
import { insertVma } from './vmas.ts';

/**
 * __split_vma(), mm/mmap.c: cut `vma` at `page`.
 * @param below whether the new VMA is the lower part (`new_below`); `vma` stays the other one.
 */
export function splitVma(mm: Mm, vma: Vma, page: number, below: boolean): void {
  mm.trail.push('split');
  const twin: Vma = { ...vma, chain: [] };
  cloneAnon(twin, vma);
  const lower = below ? twin : vma;
  const upper = below ? vma : twin;
  upper.pgoff += page - vma.start;
  upper.start = page;
  lower.end = page;
  insertVma(mm, twin);
}
