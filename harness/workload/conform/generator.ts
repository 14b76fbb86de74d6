import fc from 'fast-check';
import { MADV, MAP, MCL, MREMAP, MS, PROT } from '../../model/address-space/flags.ts';
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
  [
    1,
    ['msync', tuple(address, length, pick([2, MS.ASYNC], [2, MS.SYNC], [2, MS.INVALIDATE], [1, 5], [1, 8]))],
  ],
  [
    3,
    [
      'remap_file_pages',
      tuple(
        arenaAddress,
        bytesOfPages,
        pick([8, 0], [1, 1]),
        fc.integer({ min: 0, max: 7 }),
        pick([3, 0], [1, MAP.NONBLOCK]),
      ),
    ],
  ],
  [3, ['fork', tuple(fc.integer({ min: 0, max: 12 }))]],
];

const operation: fc.Arbitrary<Operation> = fc.oneof(
  ...table.map(([weight, [name, args]]) => ({
    weight,
    arbitrary: args.map((values) => ({ name, args: values })),
  })),
);

/**
 * Short sequences around one place, for what chance alone would seldom bring together: neighbours that are alike but for
 * who faulted them, a gap that is closed, a range that is changed and changed back.
 */
const RW = PROT.READ | PROT.WRITE;
const ANON = MAP.PRIVATE | MAP.ANONYMOUS | MAP.FIXED;
const call = (name: OperationName, ...args: number[]): Operation => ({ name, args });
const near = fc.integer({ min: 0, max: 8 });
const rights = pick([6, RW], [2, PROT.READ], [1, RW | PROT.EXEC]);

const mapPage = (at: number, pages: number, right: number, flags: number): Operation =>
  call('mmap', at * PAGE, pages * PAGE, right, flags, -1, 0);
/** Writes to those of three pages whose bit is set. */
const writes = (at: number, mask: number): Operation[] =>
  [0, 1, 2].flatMap((n) => (mask & (1 << n) ? [call('write', (at + n) * PAGE, n + 1)] : []));
const mask = fc.integer({ min: 0, max: 7 });

const move = MREMAP.MAYMOVE | MREMAP.FIXED;

const closeGap = fc
  .tuple(near, mask, rights, pick([8, 0], [1, MAP.STACK], [1, MAP.NORESERVE]), fc.integer({ min: 0, max: 4 }))
  .map(([at, dirty, right, bits, how]) => {
    const ends = [mapPage(at, 1, right, ANON), mapPage(at + 2, 1, right, ANON), ...writes(at, dirty & 5)];
    const closes = [
      [mapPage(at + 1, 1, right, ANON | bits)],
      [call('mremap', at * PAGE, PAGE, 2 * PAGE, 0, 0)],
      [mapPage(at + 20, 1, right, ANON), call('mremap', (at + 20) * PAGE, PAGE, PAGE, move, (at + 1) * PAGE)],
      [
        mapPage(at + 20, 1, right, ANON),
        call('write', (at + 20) * PAGE, 9),
        call('mremap', (at + 20) * PAGE, PAGE, PAGE, move | MREMAP.DONTUNMAP, (at + 1) * PAGE),
        mapPage(at + 21, 1, right, ANON),
      ],
      [
        call('mremap', at * PAGE, PAGE, PAGE, move | MREMAP.DONTUNMAP, (at + 20) * PAGE),
        mapPage(at + 1, 1, right, ANON),
      ],
    ];
    return [...ends, ...(closes[how] ?? [])];
  });

const changeBack = fc
  .tuple(near, mask, mask, fc.integer({ min: 0, max: 2 }), prot, advice)
  .map(([at, before, during, part, right, said]) => {
    const place = (at + part) * PAGE;
    return [
      mapPage(at, 3, RW, ANON),
      ...writes(at, before),
      call('mprotect', place, PAGE, right),
      ...writes(at, during),
      call('mprotect', place, PAGE, RW),
      call('madvise', place, PAGE, said),
      call('madvise', place, PAGE, MADV.NORMAL),
    ];
  });

const forkBetween = fc
  .tuple(near, mask, fc.integer({ min: 0, max: 4 }), rights)
  .map(([at, dirty, count, right]) => [
    mapPage(at, 2, right, ANON),
    ...writes(at, dirty & 3),
    call('fork', count),
    mapPage(at + 2, 1, right, ANON),
    call('write', (at + 2) * PAGE, 5),
    call('mprotect', at * PAGE, PAGE, PROT.READ),
    call('mprotect', at * PAGE, PAGE, right),
  ]);

const onHeap = fc
  .tuple(fc.integer({ min: 1, max: 4 }), mask, prot)
  .map(([pages, dirty, right]) => [
    call('brk', pages * PAGE),
    ...writes(0, dirty),
    call('mprotect', 0, PAGE, right),
    call('brk', (pages + 2) * PAGE),
    call('mmap', (pages + 2) * PAGE, PAGE, RW, ANON, -1, 0),
    call('brk', (pages - 1) * PAGE),
  ]);

/** Over a hole: what some calls skip and others stop at. */
const overHole = fc
  .tuple(near, prot, advice)
  .map(([at, right, said]) => [
    mapPage(at, 1, RW, ANON),
    mapPage(at + 2, 1, right, ANON),
    call('munmap', (at + 1) * PAGE, PAGE),
    call('madvise', at * PAGE, 3 * PAGE, said),
    call('mlock2', at * PAGE, 3 * PAGE, 1),
  ]);

/** Near the limit of RLIMIT_MEMLOCK, so that what is counted wrongly shows. */
const locked = fc
  .tuple(
    near,
    fc.integer({ min: 8, max: 14 }),
    fc.integer({ min: 2, max: 30 }),
    pick([1, move], [2, move | MREMAP.DONTUNMAP]),
  )
  .map(([at, pages, more, how]) => [
    mapPage(at, pages, RW, ANON),
    call('mlock', at * PAGE, pages * PAGE),
    call('mremap', at * PAGE, pages * PAGE, pages * PAGE, how, (at + 40) * PAGE),
    mapPage(at + 80, more, RW, ANON | MAP.LOCKED),
    // -2 is the length 2^64 - 4096.
    call('mremap', (at + 80) * PAGE, more * PAGE, -2, 0, 0),
    call('munlock', at * PAGE, pages * PAGE),
  ]);

/** A file under two mappings, one of which may make a hole in it. */
const punched = fc
  .tuple(near, prot, pick([2, 0], [1, 1], [1, 2]), serial, pick([3, MADV.REMOVE], [1, MADV.DONTNEED]))
  .map(([at, right, from, value, how]) => [
    call('mmap', at * PAGE, 2 * PAGE, right, MAP.SHARED | MAP.FIXED, from, 0),
    call('mmap', (at + 20) * PAGE, 2 * PAGE, RW, MAP.PRIVATE | MAP.FIXED, from, 0),
    call('write', at * PAGE, value),
    call('write', (at + 21) * PAGE, value),
    call('madvise', at * PAGE, 2 * PAGE, how),
    call('madvise', (at + 20) * PAGE, 2 * PAGE, MADV.DONTNEED),
  ]);

/** Pages of a shared mapping in another order, and back. */
const reordered = fc
  .tuple(near, rights, pick([2, 0], [1, -1], [1, 2]), fc.integer({ min: 0, max: 4 }), extra)
  .map(([at, right, from, other, bits]) => {
    const flags = MAP.SHARED | MAP.FIXED | bits | (from < 0 ? MAP.ANONYMOUS : 0);
    const turn = (page: number, offset: number) =>
      call('remap_file_pages', (at + page) * PAGE, PAGE, 0, offset, 0);
    return [
      call('mmap', at * PAGE, 3 * PAGE, right, flags, from, 0),
      ...writes(at, 7),
      turn(1, other),
      turn(0, 1),
      turn(1, 1),
      turn(0, 0),
    ];
  });

const part: fc.Arbitrary<Operation[]> = fc.oneof(
  { weight: 30, arbitrary: operation.map((one) => [one]) },
  { weight: 1, arbitrary: closeGap },
  { weight: 1, arbitrary: changeBack },
  { weight: 1, arbitrary: forkBetween },
  { weight: 1, arbitrary: onHeap },
  { weight: 1, arbitrary: overHole },
  { weight: 1, arbitrary: locked },
  { weight: 1, arbitrary: punched },
  { weight: 1, arbitrary: reordered },
);

/** Programs of `size` operations or less. */
export const programs = (size: number): fc.Arbitrary<Program> =>
  fc
    .array(part, { minLength: Math.ceil(size / 2), maxLength: size, size: 'max' })
    .map((parts) => parts.flat().slice(0, size));

/** @param without operations that are left out, after all the choices: the others stay the same. */
export function samplePrograms(
  seed: number,
  count: number,
  size: number,
  without: readonly OperationName[] = [],
): Program[] {
  const sample = fc.sample(programs(size), { seed, numRuns: count });
  if (without.length === 0) return sample;
  return sample.map((program) => program.filter(({ name }) => !without.includes(name)));
}
