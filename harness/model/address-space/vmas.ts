import type { Mm, Vma } from './types.ts';

/** find_vma(): the first VMA that ends above `page`; -1 when there is none. */
export function findIndex(mm: Mm, page: number): number {
  const { vmas } = mm;
  for (let at = 0; at < vmas.length; at++) if ((vmas[at] as Vma).end > page) return at;
  return -1;
}

export function findVma(mm: Mm, page: number): Vma | undefined {
  const at = findIndex(mm, page);
  return at < 0 ? undefined : mm.vmas[at];
}

export function previousOf(mm: Mm, vma: Vma): Vma | undefined {
  return mm.vmas[mm.vmas.indexOf(vma) - 1];
}

export function nextOf(mm: Mm, vma: Vma): Vma | undefined {
  return mm.vmas[mm.vmas.indexOf(vma) + 1];
}

/** The VMA that ends last at or below `page`'s VMA: what find_vma_links() gives as prev. */
export function previousAt(mm: Mm, page: number): Vma | undefined {
  const at = findIndex(mm, page);
  return at < 0 ? mm.vmas.at(-1) : mm.vmas[at - 1];
}

/** vma_link(): into its place in the order. */
export function insertVma(mm: Mm, vma: Vma): void {
  const at = findIndex(mm, vma.start);
  if (at < 0) mm.vmas.push(vma);
  else mm.vmas.splice(at, 0, vma);
}

export function removeVma(mm: Mm, vma: Vma): void {
  mm.vmas.splice(mm.vmas.indexOf(vma), 1);
}
