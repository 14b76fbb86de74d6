/**
 * Where the kernel is before the rows of the system calls, in the words of docs/director.md: by the function of the row, and how what it does
 * begins. Rows that are not here have no place of their own.
 */
const PLACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  unmap_page_range: {
    // With the fixes it is one atomic operation.
    'vm_write_begin() of VMA 0: loads':
      'unmap_page_range: line s->sequence++ #1 | unmap_page_range: in vm_raw_write_begin',
    'vm_write_begin() of VMA 0: stores':
      'unmap_page_range: store s->sequence++ #1 | unmap_page_range: in vm_raw_write_begin',
    'vm_write_end() of VMA 0: loads':
      'unmap_page_range: line s->sequence++ #2 | unmap_page_range: in vm_raw_write_end',
    'vm_write_end() of VMA 0: stores':
      'unmap_page_range: store s->sequence++ #2 | unmap_page_range: in vm_raw_write_end',
  },
  zap_pte_range: { clears: 'zap_pte_range | unmap_page_range: in zap_pte_range' },
  tlb_finish_mmu: { '': 'tlb_finish_mmu' },
  do_madvise: { mmap_read_unlock: 'do_madvise: in mmap_read_unlock' },
  mprotect_fixup: {
    'vm_write_begin()': 'mprotect_fixup: in vm_raw_write_begin',
    'WRITE_ONCE(': 'mprotect_fixup: line WRITE_ONCE(vma->vm_flags',
    'vm_write_end()': 'mprotect_fixup: in vm_raw_write_end',
  },
  change_protection: { 'write protects': 'change_protection' },
  do_mprotect_pkey: { mmap_write_unlock: 'do_mprotect_pkey: in mmap_write_unlock' },
  dup_mmap: {
    'vm_write_begin()': 'dup_mmap: in vm_raw_write_begin | copy_process: in vm_raw_write_begin',
    'flush_tlb_mm(oldmm)':
      'dup_mmap: line flush_tlb_mm(oldmm) | dup_mm: line flush_tlb_mm(oldmm) | copy_process: line flush_tlb_mm(oldmm)',
    'vm_write_end()': 'dup_mmap: in vm_raw_write_end | copy_process: in vm_raw_write_end',
  },
  copy_page_range: { 'write protects': 'copy_page_range' },
  __vma_rb_erase: {
    'VMA 0 leaves': '__vma_rb_erase: line mm_write_seqlock(mm) | __do_munmap: line mm_write_seqlock(mm)',
    'RB_CLEAR_NODE() of VMA 0':
      '__vma_rb_erase: line RB_CLEAR_NODE(&vma->vm_rb) | __do_munmap: line RB_CLEAR_NODE(&vma->vm_rb)',
  },
  __do_munmap: { mmap_write_downgrade: '__do_munmap: in mmap_write_downgrade' },
  free_pgtables: { 'pmd_clear()': 'free_pgtables' },
  copy_vma: { 'vm_write_begin()': 'copy_vma', 'vma_link()': '__vma_link_rb' },
  move_vma: {
    'vm_write_begin()': 'move_vma: in vm_raw_write_begin',
    'vm_write_end() of VMA 0': 'move_vma: in vm_raw_write_end #1',
    'vm_write_end() of VMA 1': 'move_vma: in vm_raw_write_end #2',
  },
  alloc_new_pmd: { '': 'move_page_tables' },
  move_ptes: {
    'takes both': 'move_ptes | move_page_tables: in move_ptes | move_page_tables.part.0: in move_ptes',
  },
  move_normal_pmd: {
    '': 'move_normal_pmd | move_page_tables: in move_normal_pmd | move_page_tables.part.0: in move_normal_pmd',
  },
};

export function placeOf(where: string, does: string): string | undefined {
  const rows = Object.entries(PLACES[where] ?? {});
  return rows.find(([beginning]) => does.startsWith(beginning))?.[1];
}
