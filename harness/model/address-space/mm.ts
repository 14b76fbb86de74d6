import { ACCESS, MAY, VM } from './flags.ts';
import type { Kernel } from './kernel.ts';
import type { AnonVma, Inode, Limits, Mm, OpenFile, Vma } from './types.ts';
import { PAGE } from './u64.ts';

export interface Start {
  /** Address where the heap ends and the arena begins; page aligned. */
  readonly base: number;
  /** Address where the heap begins. */
  readonly startBrk: number;
  /** Address where the VMA begins that ends at `base`: the C library's heap, inherited over a fork. 0: there is none. */
  readonly heapStart: number;
  readonly limits: Limits;
}

/** The files that every program finds open: one written and read, the same inode read-only, one with a torn last page. */
export function startFiles(): OpenFile[] {
  const big = newFile(0, 16 * PAGE);
  const torn = newFile(1, 5 * PAGE + 100);
  const name = (index: number) => `/memfd:conform-${index} (deleted)`;
  return [
    { inode: big, writable: true, name: name(0) },
    { inode: big, writable: false, name: name(0) },
    { inode: torn, writable: true, name: name(1) },
  ];
}

function newFile(index: number, size: number): Inode {
  const pages = new Map<number, number>();
  for (let page = 0; page * PAGE < size; page++) pages.set(page, fileWord(index, page));
  return { size, pages };
}

/** The first word of a file's page at the start. Its lowest byte is x86's `ret`, so that it can be executed. */
export const fileWord = (file: number, page: number): number => ((file + 1) * 0x1000 + page) * 256 + 0xc3;

export function startMm(kernel: Kernel, start: Start): Mm {
  const { base, startBrk, heapStart, limits } = start;
  const vmas: Vma[] = [];
  if (heapStart > 0) vmas.push(inheritedHeap(heapStart / PAGE, base / PAGE));
  return {
    ...{ kernel, vmas, anonymous: new Map(), files: startFiles() },
    ...{ startBrk, brk: base, lockedVm: 0, defFlags: 0, limits: { ...limits }, trail: [] },
  };
}

/** Written before the fork: its chain has the parent's anon_vma and the child's own. */
function inheritedHeap(start: number, end: number): Vma {
  const root: AnonVma = { parent: null, children: 2, active: 1, links: 2 };
  const own: AnonVma = { parent: root, children: 0, active: 1, links: 1 };
  const flags = VM.READ | VM.WRITE | MAY | VM.ACCOUNT;
  return { start, end, flags, pgoff: start, file: null, anon: own, chain: [own, root] };
}

/** vma_is_accessible(). */
export const isAccessible = ({ flags }: Vma): boolean => (flags & ACCESS) !== 0;
export const isPrivate = ({ flags }: Vma): boolean => (flags & (VM.SHARED | VM.MAYSHARE)) === 0;
/** Offset in the file, or what stands for it, of a page of a VMA. */
export const offsetOf = (vma: Vma, page: number): number => vma.pgoff + (page - vma.start);
