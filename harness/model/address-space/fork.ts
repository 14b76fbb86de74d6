import { forkAnon, unlinkAnon } from './anon.ts';
import { LOCKS, VM } from './flags.ts';
import type { Mm, Vma } from './types.ts';

/** dup_mmap(), kernel/fork.c: the child's address space. Files are shared, private pages as they are now. */
export function forkMm(parent: Mm): Mm {
  const child: Mm = {
    ...parent,
    vmas: [],
    anonymous: new Map(),
    lockedVm: 0,
    defFlags: 0,
    limits: { ...parent.limits },
    trail: [],
  };
  for (const vma of parent.vmas) {
    if (vma.flags & VM.DONTCOPY) continue;
    const copy: Vma = { ...vma, chain: [] };
    if (vma.flags & VM.WIPEONFORK) copy.anon = null;
    else forkAnon(copy, vma);
    copy.flags &= ~LOCKS;
    child.vmas.push(copy);
    if (!(vma.flags & VM.WIPEONFORK)) copyPages(parent, child, vma);
  }
  return child;
}

function copyPages(parent: Mm, child: Mm, { start, end }: Vma): void {
  for (let page = start; page < end; page++) {
    const value = parent.anonymous.get(page);
    if (value !== undefined) child.anonymous.set(page, value);
  }
}

/** exit_mmap(): what the end of a process leaves in its relatives' anon_vmas. */
export function exitMm(mm: Mm): void {
  for (const vma of mm.vmas) unlinkAnon(vma);
  mm.vmas.length = 0;
  mm.anonymous.clear();
}
