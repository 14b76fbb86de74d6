/**
 * What differs between kernels, as a table: one row a rule. Everything else is Linux 5.10's. Code asks
 * `kernel.has('…')`, never for a version.
 */
export interface Difference {
  /** First release that has it, e.g. [5, 18]. */
  readonly since: readonly [number, number];
  /** Older series whose stable updates have got it. */
  readonly also?: readonly (readonly [number, number])[];
  /** First release that has it no longer. */
  readonly until?: readonly [number, number];
  readonly title: string;
  /** File and function where it is decided. */
  readonly place: string;
}

export const differences = {
  'mremap-merges-after-growing': {
    since: [6, 0],
    title: 'growing in place merges with the following VMA',
    place: 'mm/mremap.c: mremap()',
  },
  'mmap-asks-next-first': {
    since: [6, 1],
    until: [6, 12],
    title: 'a new mapping takes the following VMA first, and the preceding one only if it goes with that',
    place: 'mm/mmap.c: mmap_region()',
  },
  'brk-wants-something-to-cut': {
    since: [6, 1],
    title: 'a heap shrinks only if there is a VMA in what it gives back',
    place: 'mm/mmap.c: brk()',
  },
  'unfaulted-gives-account-back': {
    since: [6, 5],
    title: 'an unfaulted anonymous mapping that loses PROT_WRITE loses VM_ACCOUNT',
    place: 'mm/mprotect.c: mprotect_fixup()',
  },
  'faulted-merges-into-unfaulted': {
    since: [6, 16],
    title: 'a faulted area merges with an unfaulted neighbour unless a fork lies behind it',
    place: 'mm/vma.c: is_mergeable_anon_vma()',
  },
  'locks-are-counted-in-pages': {
    since: [5, 19],
    title: 'growing a locked mapping counts pages, where a sum of bytes went around at 2^64',
    place: 'mm/mremap.c: vma_to_resize()',
  },
  'mremap-looks-first': {
    since: [5, 16],
    title: 'without a VMA at the old address nothing is done at all, and it is EFAULT',
    place: 'mm/mremap.c: mremap()',
  },
  'mremap-checks-first': {
    since: [6, 17],
    title: 'everything is checked before anything is unmapped; several VMAs can be moved at once',
    place: 'mm/mremap.c: do_mremap(), remap_move()',
  },
  'dontunmap-never-merges-itself': {
    // Seen in 7.2 and in 6.1.192; neither 6.1.176 nor 6.18.44 has it.
    since: [7, 0],
    also: [[6, 1]],
    title: 'an unfaulted mapping moved beside itself by MREMAP_DONTUNMAP stays apart from its source',
    place: 'mm/vma.c: copy_vma()',
  },
  'dontunmap-forgets-anon': {
    since: [5, 13],
    title: 'a whole VMA that MREMAP_DONTUNMAP leaves behind is as if it had never been faulted',
    place: 'mm/mremap.c: move_vma()',
  },
  'dontunmap-counts-locks-twice': {
    since: [6, 17],
    title: 'MREMAP_DONTUNMAP of a locked VMA counts its pages as locked once more',
    place: 'mm/mremap.c: vrm_stat_account()',
  },
  'dontunmap-takes-all': {
    since: [5, 13],
    title: 'MREMAP_DONTUNMAP keeps the source of any mapping, not only of private anonymous ones',
    place: 'mm/mremap.c: vma_to_resize()',
  },
  'map-stack-forbids-huge': {
    since: [6, 7],
    title: 'MAP_STACK sets VM_NOHUGEPAGE',
    place: 'include/linux/mman.h: calc_vm_flag_bits()',
  },
  'heap-bounds-are-strict': {
    since: [6, 6],
    title: '[heap] is what overlaps the heap, not what touches it',
    place: 'include/linux/mm.h: vma_is_initial_heap()',
  },
  'onfault-is-not-looked-at': {
    since: [5, 18],
    title: 'populating a VMA locked on fault succeeds at once, even without any right',
    place: 'mm/gup.c: populate_vma_page_range()',
  },
  'madv-populate': {
    since: [5, 14],
    title: 'MADV_POPULATE_READ and MADV_POPULATE_WRITE exist',
    place: 'mm/madvise.c: madvise_populate()',
  },
  'populate-walks-vmas': {
    since: [5, 14],
    until: [6, 9],
    title: 'MADV_POPULATE_* goes from VMA to VMA and skips holes, as other advice does',
    place: 'mm/madvise.c: madvise_populate()',
  },
  'remove-wants-maywrite': {
    // 6.7, and Debian's 6.1.176 by way of the stable tree.
    since: [6, 1],
    title: 'MADV_REMOVE takes a shared mapping that could be made writable',
    place: 'mm/madvise.c: madvise_remove()',
  },
  'madv-dontneed-locked': {
    since: [5, 18],
    title: 'MADV_DONTNEED_LOCKED exists',
    place: 'mm/madvise.c: madvise_dontneed_free_valid_vma()',
  },
} as const satisfies Record<string, Difference>;
export type DifferenceName = keyof typeof differences;

/** What the kernel was built with and runs on, as the guest program finds it out. */
export interface KernelOptions {
  readonly ksm: boolean;
  readonly thp: boolean;
  /** A mapping that may only be executed gets a protection key (execute_only_pkey(), arch/x86/mm/pkeys.c). */
  readonly pkeys: boolean;
  /**
   * A page that is only read is the zero page (do_anonymous_page(), mm/memory.c). Without it (s390's
   * mm_forbids_zeropage(); kernels of some virtual machines) it is the process's own at once, with all that follows.
   */
  readonly zeroPage: boolean;
}

export interface Kernel extends KernelOptions {
  readonly release: string;
  has(name: DifferenceName): boolean;
}

/** @param release as `uname -r` says it. */
export function kernelOf(release: string, options: KernelOptions): Kernel {
  const [major = 0, minor = 0] = release.split('.', 2).map((part) => Number.parseInt(part, 10));
  const reached = ([wantedMajor, wantedMinor]: readonly [number, number]) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  const isSeries = (series: readonly [number, number]) => series[0] === major && series[1] === minor;
  const present = new Set<string>();
  for (const [name, row] of Object.entries<Difference>(differences))
    if ((reached(row.since) && !(row.until && reached(row.until))) || row.also?.some(isSeries))
      present.add(name);
  const { ksm, thp, pkeys, zeroPage } = options;
  return { ksm, thp, pkeys, zeroPage, release, has: (name) => present.has(name) };
}
