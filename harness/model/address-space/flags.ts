/**
 * VM_* bits of a VMA (include/linux/mm.h). The numbers are ours: the kernel's do not fit 31 bits, and no bit's place is
 * visible from outside. R, W, X and their MAY twins keep the kernel's distance of 4, which mprotect's check uses.
 */
export const VM = {
  READ: 0x1,
  WRITE: 0x2,
  EXEC: 0x4,
  SHARED: 0x8,
  MAYREAD: 0x10,
  MAYWRITE: 0x20,
  MAYEXEC: 0x40,
  MAYSHARE: 0x80,
  GROWSDOWN: 0x100,
  LOCKED: 0x200,
  LOCKONFAULT: 0x400,
  SEQ_READ: 0x800,
  RAND_READ: 0x1000,
  DONTCOPY: 0x2000,
  ACCOUNT: 0x4000,
  NORESERVE: 0x8000,
  WIPEONFORK: 0x10000,
  DONTDUMP: 0x20000,
  HUGEPAGE: 0x40000,
  NOHUGEPAGE: 0x80000,
  MERGEABLE: 0x100000,
  /** The protection key of execute_only_pkey(): nobody has any other, so a bit will do. */
  PKEY: 0x200000,
} as const;

/** VM_ACCESS_FLAGS: what decides whether anybody may touch a VMA at all. */
export const ACCESS = VM.READ | VM.WRITE | VM.EXEC;
export const MAY = VM.MAYREAD | VM.MAYWRITE | VM.MAYEXEC;
/** VM_LOCKED_MASK. */
export const LOCKS = VM.LOCKED | VM.LOCKONFAULT;

export const PROT = {
  READ: 1,
  WRITE: 2,
  EXEC: 4,
  SEM: 8,
  GROWSDOWN: 0x01000000,
  GROWSUP: 0x02000000,
} as const;

/** MAP_* of x86 (include/uapi/asm-generic/mman.h, arch/x86/include/uapi/asm/mman.h). */
export const MAP = {
  SHARED: 0x1,
  PRIVATE: 0x2,
  SHARED_VALIDATE: 0x3,
  TYPE: 0xf,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  GROWSDOWN: 0x100,
  LOCKED: 0x2000,
  NORESERVE: 0x4000,
  POPULATE: 0x8000,
  NONBLOCK: 0x10000,
  STACK: 0x20000,
  SYNC: 0x80000,
  FIXED_NOREPLACE: 0x100000,
} as const;

export const MREMAP = { MAYMOVE: 1, FIXED: 2, DONTUNMAP: 4 } as const;

export const MADV = {
  NORMAL: 0,
  RANDOM: 1,
  SEQUENTIAL: 2,
  WILLNEED: 3,
  DONTNEED: 4,
  FREE: 8,
  REMOVE: 9,
  DONTFORK: 10,
  DOFORK: 11,
  MERGEABLE: 12,
  UNMERGEABLE: 13,
  HUGEPAGE: 14,
  NOHUGEPAGE: 15,
  DONTDUMP: 16,
  DODUMP: 17,
  WIPEONFORK: 18,
  KEEPONFORK: 19,
  COLD: 20,
  PAGEOUT: 21,
  POPULATE_READ: 22,
  POPULATE_WRITE: 23,
  DONTNEED_LOCKED: 24,
  COLLAPSE: 25,
} as const;

export const MLOCK_ONFAULT = 1;
export const MCL = { CURRENT: 1, FUTURE: 2, ONFAULT: 4 } as const;
export const MS = { ASYNC: 1, INVALIDATE: 2, SYNC: 4 } as const;

export const ERRNO = {
  EPERM: 1,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
} as const;
export type ErrnoName = keyof typeof ERRNO;

/** Signal number and si_code of a fault that ends in a signal. */
export const SIGNAL = {
  SEGV_MAPERR: { signal: 11, code: 1 },
  SEGV_ACCERR: { signal: 11, code: 2 },
  SEGV_PKUERR: { signal: 11, code: 4 },
  BUS_ADRERR: { signal: 7, code: 2 },
} as const;
export type SignalName = keyof typeof SIGNAL;
