import { expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { operationText } from '../../../harness/model/history/describe.ts';
import { historyMismatches } from '../../../harness/model/history/mismatches.ts';
import { mismatchSchema } from '../../../harness/verdict/mismatch.ts';
import { at, failed, historyOf, over } from './build.ts';

test('violations fit the run record', () => {
  const history = historyOf([
    at(0).xchg(100, 101, 0n, 0x2an),
    at(1).unmap(110, 120),
    at(2).read(130, 135, 0x2an),
  ]);
  const [mismatch] = historyMismatches(history, checkHistory(history));
  expect(mismatchSchema.parse(mismatch)).toEqual(mismatch);
  expect(mismatch).toMatchObject({
    model: 'history',
    rule: 'access-after-unmap',
    signature: 'history: access-after-unmap at READ',
    pages: [0],
    possible: ['unmapped'],
  });
  expect(mismatch!.operations).toEqual([
    {
      thread: 0,
      role: 'faulter',
      op: 'XCHG',
      text: 'T0 exchange 0→0x2a on page 0',
      startMicros: 0,
      endMicros: 1,
      guilty: false,
    },
    {
      thread: 1,
      role: 'mapper',
      op: 'UNMAP',
      text: 'T1 munmap of page 0',
      startMicros: 10,
      endMicros: 20,
      guilty: false,
    },
    {
      thread: 2,
      role: 'observer',
      op: 'READ',
      text: 'T2 read 0x2a on page 0',
      startMicros: 30,
      endMicros: 35,
      guilty: true,
    },
  ]);
});

test('roles of the stream are preferred', () => {
  const history = { ...historyOf([at(0).xchg(1, 2, 5n, 6n)]), roles: ['mapper'] };
  expect(historyMismatches(history, checkHistory(history))[0]!.operations[0]!.role).toBe('mapper');
});

test('operations in words', () => {
  const texts = [
    at(3, 17).xchg(1, 2, 0x2a0001n, 0x50003n),
    over(at(1, 4).map(3, 4, 1), 3),
    at(1, 4).hint(5, 6),
    failed(over(at(1).protect(7, 8, 3), 2), 12),
    at(1).zap(9, 10),
    over(at(1).move(11, 12, 4), 2),
    at(0).segv('XCHG', 13, 14, 2),
    at(2).fork(15, 16, 7n),
    at(2, 1).child(17, 18, 7n, 0n),
  ];
  expect(historyOf(texts).threads.flat().map(operationText).sort()).toEqual(
    [
      'T0 exchange ?→0x100d on page 0: SEGV_ACCERR',
      'T1 madvise(MADV_DONTNEED) of page 0',
      'T1 mmap(r--, MAP_FIXED) of pages 4-6',
      'T1 mmap(rw-, hint) of page 4',
      'T1 mprotect(rw-) of pages 0-1: ENOMEM',
      'T1 mremap of pages 0-1 to pages 4-5',
      'T2 child of fork 7 saw 0 on page 1',
      'T2 fork 7',
      'T3 exchange 0x2a0001→0x50003 on page 17',
    ].sort(),
  );
});
