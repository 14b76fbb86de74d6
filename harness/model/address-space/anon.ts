import { ACCESS } from './flags.ts';
import type { AnonVma, Mm, Vma } from './types.ts';

/** mm/rmap.c of 5.10.223, without locks and reference counts. */

function newAnonVma(parent: AnonVma | null): AnonVma {
  return { parent, children: 0, active: 0, links: 0 };
}

/** anon_vma_chain_link(). */
function link(vma: Vma, anon: AnonVma): void {
  vma.chain.unshift(anon);
  anon.links++;
}

/** __anon_vma_prepare(): the first write to a private VMA gives it an anon_vma, a neighbour's when that fits. */
export function prepareAnon(mm: Mm, vma: Vma): void {
  if (vma.anon !== null) return;
  let anon = mergeableAnon(mm, vma);
  if (anon === null) {
    anon = newAnonVma(null);
    anon.children++;
  }
  vma.anon = anon;
  link(vma, anon);
  anon.active++;
}

/** find_mergeable_anon_vma(), mm/mmap.c: the VMA after it is asked first. */
function mergeableAnon(mm: Mm, vma: Vma): AnonVma | null {
  const at = mm.vmas.indexOf(vma);
  const [previous, next] = [mm.vmas[at - 1], mm.vmas[at + 1]];
  return (
    (next && reusableAnon(next, vma, next)) ?? (previous && reusableAnon(previous, previous, vma)) ?? null
  );
}

/** reusable_anon_vma() and anon_vma_compatible(). */
function reusableAnon(old: Vma, a: Vma, b: Vma): AnonVma | null {
  const compatible =
    a.end === b.start &&
    a.file === b.file &&
    ((a.flags ^ b.flags) & ~ACCESS) === 0 &&
    b.pgoff === a.pgoff + (b.start - a.start);
  return compatible && old.chain.length === 1 ? old.anon : null;
}

/** anon_vma_clone(): `to` joins every anon_vma that `from` is in. */
export function cloneAnon(to: Vma, from: Vma): void {
  for (const anon of from.chain.toReversed()) {
    link(to, anon);
    if (to.anon === null && from.anon !== null && anon.children < 2 && anon.active === 0) to.anon = anon;
  }
  if (to.anon !== null) to.anon.active++;
}

/** anon_vma_fork(): what the child's copy of a VMA gets. */
export function forkAnon(child: Vma, parent: Vma): void {
  if (parent.anon === null) return;
  child.anon = null;
  cloneAnon(child, parent);
  if (child.anon !== null) return;
  const own = newAnonVma(parent.anon);
  own.active++;
  child.anon = own;
  link(child, own);
  parent.anon.children++;
}

/** unlink_anon_vmas(): the VMA goes away, or what it had lives on in another. */
export function unlinkAnon(vma: Vma): void {
  for (const anon of vma.chain) {
    anon.links--;
    if (anon.links === 0) (anon.parent ?? anon).children--;
  }
  if (vma.anon !== null) vma.anon.active--;
  vma.chain = [];
  vma.anon = null;
}

/** dup_anon_vma() of later kernels, and what __vma_adjust() does with importer and exporter. */
export function importAnon(importer: Vma, exporter: Vma): void {
  if (exporter.anon === null || importer.anon !== null) return;
  importer.anon = exporter.anon;
  cloneAnon(importer, exporter);
}
