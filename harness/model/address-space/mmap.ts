import { ERRNO, MAP, MAY, PROT, VM, ACCESS } from './flags.ts';
import { mayLockMore } from './mlock.ts';
import { mergeNextFirst, mergeVma, type Range } from './merge.ts';
import { unmapPages } from './munmap.ts';
import { populate } from './populate.ts';
import type { Mm, OpenFile, Vma } from './types.ts';
import { isAligned, PAGE, pageAlign, TASK_SIZE } from './u64.ts';
import { findVma, insertVma, previousAt } from './vmas.ts';

/** Somewhere that the model does not look at: the kernel chose the place, far from the arena. */
export const ELSEWHERE = -5000;

/** stack_guard_gap, in pages (mm/mmap.c). */
export const GUARD_GAP = 256;

export interface MmapCall {
  readonly address: number;
  readonly length: number;
  readonly prot: number;
  readonly flags: number;
  /** Index of one of the open files, -1 for none. */
  readonly file: number;
  readonly offset: number;
}

/** mmap_min_addr of every kernel and distribution that we know (security/Kconfig). */
const MMAP_MIN_ADDR = 65_536;

/** mmap(), arch/x86/kernel/sys_x86_64.c. @returns the address, ELSEWHERE or -errno. */
export function mmap(mm: Mm, { file: index, ...call }: MmapCall): number {
  if (!isAligned(call.offset)) return -ERRNO.EINVAL;
  const file = call.flags & MAP.ANONYMOUS ? null : mm.files[index];
  return file === undefined ? -ERRNO.EBADF : doMmap(mm, { ...call, file });
}

/** do_mmap(), mm/mmap.c. */
export function doMmap(mm: Mm, call: Omit<MmapCall, 'file'> & { readonly file: OpenFile | null }): number {
  const { prot, flags: mapFlags, file } = call;
  if (call.length === 0) return -ERRNO.EINVAL;
  const fixed = (mapFlags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) !== 0;
  const bytes = pageAlign(call.length);
  if (bytes === 0) return -ERRNO.ENOMEM;

  const address = unmappedArea(mm, call.address, bytes, fixed);
  if (address < 0) {
    if (address !== ELSEWHERE) return address;
  } else if (mapFlags & MAP.FIXED_NOREPLACE) {
    const found = findVma(mm, address / PAGE);
    if (found !== undefined && found.start * PAGE < address + bytes) return -ERRNO.EEXIST;
  }
  let flags = (prot & ACCESS) | MAY | mm.defFlags;
  if (prot === PROT.EXEC && mm.kernel.pkeys) flags |= VM.PKEY;
  if (mapFlags & MAP.GROWSDOWN) flags |= VM.GROWSDOWN;
  if (mapFlags & MAP.LOCKED) {
    flags |= VM.LOCKED;
    if (mm.limits.memlock === 0) return -ERRNO.EPERM;
  }
  if (mm.kernel.has('map-stack-forbids-huge') && mapFlags & MAP.STACK) flags |= VM.NOHUGEPAGE;
  if (!mayLockMore(mm, flags, bytes / PAGE)) return -ERRNO.EAGAIN;

  // file_mmap_ok(): MAX_LFS_FILESIZE.
  if (file !== null && call.offset + bytes >= 2 ** 63) return -ERRNO.EOVERFLOW;
  const typed = file === null ? anonymousFlags(mapFlags, flags) : fileFlags(file, prot, mapFlags, flags);
  if (typed < 0) return typed;
  flags = mapFlags & MAP.NORESERVE ? typed | VM.NORESERVE : typed;
  // accountable_mapping().
  if ((flags & (VM.NORESERVE | VM.SHARED | VM.WRITE)) === VM.WRITE) flags |= VM.ACCOUNT;
  if (address === ELSEWHERE) return ELSEWHERE;

  const [start, end] = [address / PAGE, (address + bytes) / PAGE];
  const shared = (flags & VM.MAYSHARE) !== 0;
  const pgoff = file !== null ? call.offset / PAGE : shared ? 0 : start;
  const backing = file === null && shared ? sharedAnonymous(bytes) : file;
  mapRegion(mm, { start, end, flags, pgoff, file: backing, anon: null });
  const wanted = flags & VM.LOCKED || (mapFlags & (MAP.POPULATE | MAP.NONBLOCK)) === MAP.POPULATE;
  if (wanted) populate(mm, start, end, true);
  return address;
}

/** get_unmapped_area() and arch_get_unmapped_area_topdown(). @returns an address, ELSEWHERE or -errno. */
export function unmappedArea(mm: Mm, wanted: number, bytes: number, fixed: boolean): number {
  if (bytes > TASK_SIZE) return -ERRNO.ENOMEM;
  if (!fixed) {
    const hint = wanted - (wanted % PAGE);
    if (hint < MMAP_MIN_ADDR || hint > TASK_SIZE - bytes) return ELSEWHERE;
    const next = findVma(mm, hint / PAGE);
    return next === undefined || (hint + bytes) / PAGE <= startWithGap(next) ? hint : ELSEWHERE;
  }
  if (wanted > TASK_SIZE - bytes) return -ERRNO.ENOMEM;
  if (!isAligned(wanted)) return -ERRNO.EINVAL;
  return wanted < MMAP_MIN_ADDR ? -ERRNO.EPERM : wanted;
}

/** vm_start_gap(). */
export const startWithGap = ({ start, flags }: Vma): number =>
  flags & VM.GROWSDOWN ? Math.max(0, start - GUARD_GAP) : start;

function anonymousFlags(mapFlags: number, flags: number): number {
  switch (mapFlags & MAP.TYPE) {
    case MAP.SHARED:
      return flags & VM.GROWSDOWN ? -ERRNO.EINVAL : flags | VM.SHARED | VM.MAYSHARE;
    case MAP.PRIVATE:
      return flags;
    default:
      return -ERRNO.EINVAL;
  }
}

/** LEGACY_MAP_MASK (include/linux/mman.h); shmem offers nothing beyond it. */
const LEGACY =
  MAP.SHARED |
  MAP.PRIVATE |
  MAP.FIXED |
  MAP.ANONYMOUS |
  MAP.GROWSDOWN |
  MAP.LOCKED |
  MAP.NORESERVE |
  MAP.POPULATE |
  MAP.NONBLOCK |
  MAP.STACK |
  // MAP_DENYWRITE, MAP_EXECUTABLE, MAP_UNINITIALIZED, MAP_HUGETLB, MAP_32BIT
  (0x800 | 0x1000 | 0x4000000 | 0x40000 | 0x40);

function fileFlags(file: OpenFile, prot: number, mapFlags: number, flags: number): number {
  const type = mapFlags & MAP.TYPE;
  let result = flags;
  if (type === MAP.SHARED || type === MAP.SHARED_VALIDATE) {
    if (type === MAP.SHARED_VALIDATE && mapFlags & ~LEGACY & ~MAP.SHARED_VALIDATE) return -ERRNO.EOPNOTSUPP;
    if (prot & PROT.WRITE && !file.writable) return -ERRNO.EACCES;
    result |= VM.SHARED | VM.MAYSHARE;
    if (!file.writable) result &= ~(VM.MAYWRITE | VM.SHARED);
  } else if (type !== MAP.PRIVATE) return -ERRNO.EINVAL;
  return result & VM.GROWSDOWN ? -ERRNO.EINVAL : result;
}

/** shmem_zero_setup(), mm/shmem.c. */
const sharedAnonymous = (size: number): OpenFile => ({
  inode: { size, pages: new Map() },
  writable: true,
  name: '/dev/zero (deleted)',
});

/** mmap_region(): what was there goes, then the new range joins its neighbours or stands alone. */
export function mapRegion(mm: Mm, range: Range): void {
  const { start, end, flags } = range;
  unmapPages(mm, start, end);
  if (mergeNew(mm, range) === undefined) placeVma(mm, range);
  if (flags & VM.LOCKED) mm.lockedVm += end - start;
}

function placeVma(mm: Mm, { start, end, flags, pgoff, file }: Range): Vma {
  mm.trail.push('new-vma');
  const vma: Vma = { start, end, flags, pgoff, file, anon: null, chain: [] };
  insertVma(mm, vma);
  return vma;
}

/** A range where nothing is yet. */
function mergeNew(mm: Mm, range: Range): Vma | undefined {
  const previous = previousAt(mm, range.start);
  const merge = mm.kernel.has('mmap-asks-next-first') ? mergeNextFirst : mergeVma;
  return merge(mm, previous, range);
}
