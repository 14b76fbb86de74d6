import { differences, type DifferenceName } from './kernel.ts';

/** Where the kernel decides what the model predicts: file and function of Linux 5.10. For people who read a disagreement. */
export interface Rule {
  readonly title: string;
  readonly place: string;
}

/** What the model notes while it makes a step (Mm.trail). */
export const rules: Readonly<Record<string, Rule>> = {
  split: { title: 'the VMA is cut in two', place: 'mm/mmap.c: __split_vma()' },
  'merge-1': {
    title: 'a new range joins the VMA before it with the one after it',
    place: 'mm/mmap.c: vma_merge(), case 1',
  },
  'merge-2': { title: 'a new range joins the VMA before it', place: 'mm/mmap.c: vma_merge(), case 2' },
  'merge-3': { title: 'a new range joins the VMA after it', place: 'mm/mmap.c: vma_merge(), case 3' },
  'merge-4': {
    title: 'the end of a VMA goes over to the one after it',
    place: 'mm/mmap.c: vma_merge(), case 4',
  },
  'merge-5': {
    title: 'the start of a VMA goes over to the one before it',
    place: 'mm/mmap.c: vma_merge(), case 5',
  },
  'merge-6': {
    title: 'a whole VMA joins the one before it with the one after it',
    place: 'mm/mmap.c: vma_merge(), case 6',
  },
  'merge-7': { title: 'a whole VMA goes over to the one before it', place: 'mm/mmap.c: vma_merge(), case 7' },
  'merge-8': { title: 'a whole VMA goes over to the one after it', place: 'mm/mmap.c: vma_merge(), case 8' },
  unmap: { title: 'VMAs and their pages go', place: 'mm/mmap.c: __do_munmap()' },
  'new-vma': { title: 'nothing to merge with: a VMA of its own', place: 'mm/mmap.c: mmap_region()' },
  'grow-in-place': { title: 'the mapping grows where it is', place: 'mm/mremap.c: mremap()' },
  move: { title: 'the mapping moves with its pages', place: 'mm/mremap.c: move_vma()' },
  'grow-down': { title: 'a mapping grows downwards', place: 'mm/mmap.c: expand_downwards()' },
};

/** Where each operation is decided when nothing more exact is noted. */
export const operationPlaces: Readonly<Record<string, string>> = {
  mmap: 'mm/mmap.c: do_mmap(), mmap_region()',
  munmap: 'mm/mmap.c: __do_munmap()',
  mprotect: 'mm/mprotect.c: do_mprotect_pkey(), mprotect_fixup()',
  madvise: 'mm/madvise.c: do_madvise(), madvise_behavior()',
  mremap: 'mm/mremap.c: mremap(), mremap_to(), vma_to_resize()',
  brk: 'mm/mmap.c: brk(), do_brk_flags()',
  mlock: 'mm/mlock.c: do_mlock(), mlock_fixup()',
  mlock2: 'mm/mlock.c: do_mlock(), mlock_fixup()',
  munlock: 'mm/mlock.c: apply_vma_lock_flags(), mlock_fixup()',
  mlockall: 'mm/mlock.c: apply_mlockall_flags()',
  munlockall: 'mm/mlock.c: apply_mlockall_flags()',
  read: 'arch/x86/mm/fault.c: do_user_addr_fault(); mm/memory.c: handle_pte_fault()',
  write: 'arch/x86/mm/fault.c: do_user_addr_fault(); mm/memory.c: do_wp_page(), do_anonymous_page()',
  execute: 'arch/x86/mm/fault.c: do_user_addr_fault(), access_error()',
  msync: 'mm/msync.c: msync()',
  remap_file_pages: 'mm/mmap.c: remap_file_pages()',
  fork: 'kernel/fork.c: dup_mmap(); mm/rmap.c: anon_vma_fork()',
};

/** Name, title and place of a rule or of a difference between kernels. */
export function describeRule(name: string): string {
  const row = rules[name] ?? differences[name as DifferenceName];
  return row === undefined ? name : `${name}: ${row.title} (${row.place})`;
}
