import fc from 'fast-check';
import { MADV, MAP, MCL, MREMAP, PROT } from '../../model/address-space/flags.ts';
import {
  addresses,
  lengths,
  type Operation,
  type OperationName,
  type Program,
} from '../../model/address-space/operation.ts';

/**
 * Programs for the differential workload. Nothing here knows what is mapped: a program is a sequence of calls on few
 * pages, so that they meet. What is wrong on purpose (odd addresses, lengths that overflow, unknown flags) is rare.
 */

const PAGE = 4096;
type Weighted<T> = readonly (readonly [number, T])[];

const pick = <T>(...rows: Weighted<T>): fc.Arbitrary<T> =>
  fc.oneof(...rows.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
const some = <T>(...rows: Weighted<fc.Arbitrary<T>>): fc.Arbitrary<T> =>
  fc.oneof(...rows.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** Far enough above the rest for a mapping that grows downwards to do so (the guard gap is 256 pages). */
const HIGH = 600;
const page = some(
  [12, fc.integer({ min: 0, max: 11 })],
  [3, fc.integer({ min: 0, max: 31 })],
  [1, fc.integer({ min: HIGH, max: HIGH + 16 })],
);
const address = some(
  [60, page.map((at) => at * PAGE)],
  [1, page.map((at) => at * PAGE + 8)],
  [1, fc.integer({ min: -addresses.length, max: -1 })],
);
const arenaAddress = some([60, page.map((at) => at * PAGE)], [1, page.map((at) => at * PAGE + 8)]);
const bytesOfPages = some(
  [30, fc.integer({ min: 1, max: 5 }).map((count) => count * PAGE)],
  [2, fc.integer({ min: 1, max: 5 }).map((count) => count * PAGE - 100)],
  [1, fc.constant(0)],
);
const length = some([30, bytesOfPages], [1, fc.integer({ min: -lengths.length, max: -1 })]);
/** For calls that take what is mapped beyond the arena too: only lengths that are refused. */
const refusedLength = some([30, bytesOfPages], [1, fc.integer({ min: -2, max: -1 })]);

const prot = some(
  [10, fc.constant(PROT.READ | PROT.WRITE)],
  [5, fc.constant(PROT.READ)],
  [3, fc.constant(0)],
  [3, fc.integer({ min: 0, max: 7 })],
  [
    1,
    pick(
      [1, PROT.READ | PROT.SEM],
      [1, PROT.READ | 0x10],
      [1, PROT.GROWSDOWN | PROT.READ],
      [1, PROT.GROWSUP | 1],
    ),
  ],
);
const file = pick([3, 0], [1, 1], [2, 2], [0.2 * 5, 3]);
const offset = some(
  [20, fc.integer({ min: 0, max: 7 }).map((at) => at * PAGE)],
  [1, pick([1, 100], [1, -2])],
);

/** Bits beside the type and MAP_FIXED. */
const extra = pick(
  [16, 0],
  [4, MAP.NORESERVE],
  [2, MAP.POPULATE],
  [1, MAP.LOCKED],
  [1, MAP.GROWSDOWN],
  [1, MAP.POPULATE | MAP.NONBLOCK],
  [1, MAP.STACK],
);
const where = pick([14, MAP.FIXED], [2, 0], [3, MAP.FIXED_NOREPLACE]);
const type = pick([14, MAP.PRIVATE], [6, MAP.SHARED], [1, MAP.SHARED_VALIDATE], [1, 0]);

const mmapArgs = some(
  [
    3,
    fc
      .tuple(address, length, prot, type, where, extra)
      .map(([at, bytes, rights, kind, place, bits]) => [
        at,
        bytes,
        rights,
        kind | place | bits | MAP.ANONYMOUS,
        -1,
        0,
      ]),
  ],
  [
    2,
    fc
      .tuple(address, length, prot, type, where, extra, file, offset)
      .map(([at, bytes, rights, kind, place, bits, from, begin]) => [
        at,
        bytes,
        rights,
        kind | place | bits,
        from,
        begin,
      ]),
  ],
);

const advice = some(
  [6, pick(...[MADV.NORMAL, MADV.RANDOM, MADV.SEQUENTIAL].map((one) => [1, one] as const))],
  [
    6,
    pick(
      ...[MADV.DONTNEED, MADV.DONTFORK, MADV.DOFORK, MADV.WIPEONFORK, MADV.KEEPONFORK].map(
        (one) => [1, one] as const,
      ),
    ),
  ],
  [4, fc.constantFrom(...Object.values(MADV).filter((one) => one !== MADV.COLLAPSE))],
  [1, pick([1, 5], [1, 1000], [1, -1])],
);

const moveFlags = pick(
  [3, 0],
  [3, MREMAP.MAYMOVE],
  [10, MREMAP.MAYMOVE | MREMAP.FIXED],
  [4, MREMAP.MAYMOVE | MREMAP.DONTUNMAP],
  [4, MREMAP.MAYMOVE | MREMAP.FIXED | MREMAP.DONTUNMAP],
  [1, 8],
);
const mremapArgs = some(
  [1, fc.tuple(address, length, length, moveFlags, address).map((args) => [...args])],
  // Equal lengths move; others stretch.
  [
    1,
    fc
      .tuple(address, bytesOfPages, moveFlags, address)
      .map(([from, bytes, flags, to]) => [from, bytes, bytes, flags, to]),
  ],
);

const tuple = (...parts: fc.Arbitrary<number>[]): fc.Arbitrary<number[]> =>
  fc.tuple(...parts).map((all) => [...all]);
const serial = fc.integer({ min: 1, max: 0xffffff });

/** How often each operation comes, and with which arguments. */
const table: Weighted<readonly [OperationName, fc.Arbitrary<number[]>]> = [
  [14, ['mmap', mmapArgs]],
  [7, ['munmap', tuple(address, length)]],
  [12, ['mprotect', tuple(arenaAddress, refusedLength, prot)]],
  [9, ['madvise', tuple(arenaAddress, refusedLength, advice)]],
  [10, ['mremap', mremapArgs]],
  [3, ['brk', tuple(some([10, page.map((at) => at * PAGE)], [1, address]))]],
  [2, ['mlock', tuple(address, length)]],
  [2, ['mlock2', tuple(address, length, pick([1, 0], [4, 1], [1, 2]))]],
  [2, ['munlock', tuple(address, length)]],
  [
    1,
    [
      'mlockall',
      tuple(pick([1, MCL.CURRENT], [2, MCL.FUTURE], [2, MCL.FUTURE | MCL.ONFAULT], [1, MCL.ONFAULT], [1, 0])),
    ],
  ],
  [1, ['munlockall', fc.constant([])]],
  // Accesses end in the arena, at the word that is looked at: no other fault is survived.
  [6, ['read', tuple(page.map((at) => at * PAGE))]],
  [
    16,
    [
      'write',
      tuple(
        page.map((at) => at * PAGE),
        serial,
      ),
    ],
  ],
  [2, ['execute', tuple(page.map((at) => at * PAGE))]],
  [3, ['fork', tuple(fc.integer({ min: 0, max: 12 }))]],
];

const operation: fc.Arbitrary<Operation> = fc.oneof(
  ...table.map(([weight, [name, args]]) => ({
    weight,
    arbitrary: args.map((values) => ({ name, args: values })),
  })),
);

/** Programs of `size` operations or a few less. */
export const programs = (size: number): fc.Arbitrary<Program> =>
  fc.array(operation, { minLength: Math.ceil(size / 2), maxLength: size, size: 'max' });

export function sampleProgram(seed: number, count: number, size: number): Program[] {
  return fc.sample(programs(size), { seed, numRuns: count });
}
