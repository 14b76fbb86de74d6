/** What a program consists of. The binary form (docs/address-space-model.md) has a byte for the name's place here. */

/**
 * How an argument is meant, and how the guest takes it:
 * - `addr`: from 0 on, bytes above the arena's start; below 0 one of `addresses`.
 * - `len`: from 0 on, bytes; below 0 one of `lengths`.
 * - `int`: as it is.
 */
export type Kind = 'addr' | 'len' | 'int';

export const signatures = {
  mmap: ['addr', 'len', 'int', 'int', 'int', 'len'],
  munmap: ['addr', 'len'],
  mprotect: ['addr', 'len', 'int'],
  madvise: ['addr', 'len', 'int'],
  mremap: ['addr', 'len', 'len', 'int', 'addr'],
  brk: ['addr'],
  mlock: ['addr', 'len'],
  mlock2: ['addr', 'len', 'int'],
  munlock: ['addr', 'len'],
  mlockall: ['int'],
  munlockall: [],
  read: ['addr'],
  write: ['addr', 'int'],
  execute: ['addr'],
  /** The next n operations are a child's, which then ends; the parent waits and goes on after them. */
  fork: ['int'],
  msync: ['addr', 'len', 'int'],
  remap_file_pages: ['addr', 'len', 'int', 'int', 'int'],
} as const satisfies Record<string, readonly Kind[]>;
export type OperationName = keyof typeof signatures;
export const operationNames = Object.keys(signatures) as OperationName[];

export interface Operation {
  readonly name: OperationName;
  readonly args: readonly number[];
}

export type Program = readonly Operation[];

/** Addresses that are no place in the arena: -1 is the first. */
export const addresses = [0, 2 ** 47 - 4096, 2 ** 47, 2 ** 64 - 4096, 1] as const;
/** Lengths that overflow one way or the other. */
export const lengths = [2 ** 64, 2 ** 64 - 4096, 2 ** 47, 2 ** 63] as const;

/** Pages that the arena has. */
export const ARENA_PAGES = 1024;
