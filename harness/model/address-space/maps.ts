import { VM } from './flags.ts';
import type { Mm, Vma } from './types.ts';
import { PAGE } from './u64.ts';

/** /proc/self/maps: show_map_vma(), fs/proc/task_mmu.c. */

/** `rwxp`. */
export function permissions({ flags }: Vma): string {
  const letter = (bit: number, text: string) => (flags & bit ? text : '-');
  const rights = letter(VM.READ, 'r') + letter(VM.WRITE, 'w') + letter(VM.EXEC, 'x');
  return rights + (flags & VM.MAYSHARE ? 's' : 'p');
}

/** What the last column says. */
export function nameOf(mm: Mm, vma: Vma): string {
  if (vma.file !== null) return vma.file.name;
  return isHeap(mm, vma) ? '[heap]' : '';
}

function isHeap({ kernel, brk, startBrk }: Mm, { start, end }: Vma): boolean {
  return kernel.has('heap-bounds-are-strict')
    ? start * PAGE < brk && end * PAGE > startBrk
    : start * PAGE <= brk && end * PAGE >= startBrk;
}

/** Offset column, in bytes: anonymous mappings show 0. */
export const shownOffset = ({ file, pgoff }: Vma): number => (file === null ? 0 : pgoff * PAGE);

/**
 * A line to the letter. The device and the inode number of a file of shmem are known to the kernel alone; whoever
 * compares puts his own in.
 */
export function mapsLine(mm: Mm, vma: Vma, device = '00:00', inode = 0): string {
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  const range = `${hex(vma.start * PAGE)}-${hex(vma.end * PAGE)}`;
  const columns = `${range} ${permissions(vma)} ${hex(shownOffset(vma))} ${device} ${inode} `;
  const name = nameOf(mm, vma);
  // seq_pad(): the name begins in column 73.
  return name === '' ? columns : columns.padEnd(73) + name;
}

export const mapsText = (mm: Mm): string => mm.vmas.map((vma) => mapsLine(mm, vma)).join('\n');
