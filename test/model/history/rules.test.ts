import { describe, expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { at, failed, historyOf, over, type Draft } from './build.ts';

const ENOMEM = 12;
const EFAULT = 14;
const rulesOf = (drafts: readonly Draft[]): string[] =>
  checkHistory(historyOf(drafts)).violations.map(({ rule }) => rule);

/** Each history is inexplicable, and for this reason. */
const BROKEN: readonly (readonly [rule: string, what: string, drafts: readonly Draft[]])[] = [
  [
    'lost-write',
    'two exchanges find the same value',
    [at(0).xchg(1, 2, 0n, 5n), at(1).xchg(3, 4, 5n, 6n), at(0).xchg(5, 6, 5n, 7n)],
  ],
  [
    'stale-value',
    'a load finds what was replaced',
    [at(0).xchg(1, 2, 0n, 5n), at(0).xchg(3, 4, 5n, 6n), at(1).read(5, 6, 5n)],
  ],
  ['zero-instead-of-data', 'the data is gone', [at(0).xchg(1, 2, 0n, 5n), at(1).read(3, 4, 0n)]],
  [
    'zero-instead-of-data',
    'two chains start from one zero page',
    [at(0).xchg(1, 9, 0n, 5n), at(1).xchg(2, 8, 0n, 6n)],
  ],
  ['corrupt-value', 'nobody wrote it', [at(0).xchg(1, 2, 0n, 5n), at(1).read(3, 4, 99n)]],
  ['value-from-future', 'seen before it was written', [at(0).read(1, 2, 5n), at(1).xchg(3, 4, 0n, 5n)]],
  ['foreign-value', 'the data of another page', [at(0, 1).xchg(1, 2, 0n, 5n), at(1).read(3, 4, 5n)]],
  ['resurrected-page', 'after MAP_FIXED', [at(0).xchg(1, 2, 0n, 5n), at(1).map(3, 4), at(0).read(5, 6, 5n)]],
  [
    'resurrected-page',
    'after MADV_DONTNEED',
    [at(0).xchg(1, 2, 0n, 5n), at(1).zap(3, 4), at(0).xchg(5, 6, 5n, 6n)],
  ],
  ['access-after-unmap', 'a load', [at(0).xchg(1, 2, 0n, 5n), at(1).unmap(3, 4), at(0).read(5, 6, 5n)]],
  [
    'access-after-unmap',
    'the source of an mremap',
    [at(0).xchg(1, 2, 0n, 5n), at(1).move(3, 4, 1), at(0).read(5, 6, 5n)],
  ],
  [
    'access-after-unmap',
    'the thread found no VMA while munmap was under way, and the entry after it returned',
    [at(0).xchg(1, 2, 0n, 5n), at(9).unmap(3, 20), at(1).segv('READ', 4, 5, 1), at(1).read(21, 22, 5n)],
  ],
  [
    'access-after-unmap',
    'munmap under way, but fork found it over',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).unmap(3, 30),
      at(1).segv('READ', 4, 5, 1),
      at(3).fork(6, 10, 1n),
      at(2).read(11, 12, 5n),
    ],
  ],
  [
    'zero-instead-of-data',
    'a store to the source of an mremap, which must have come before',
    [at(0).xchg(1, 30, 0n, 5n), at(9).move(10, 20, 1), at(1, 1).read(31, 32, 0n)],
  ],
  [
    'resurrected-page',
    'what DONTNEED dropped before mremap, at its destination',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).move(3, 20, 1),
      at(8).zap(4, 30),
      at(1, 1).read(21, 22, 0n),
      at(2, 1).read(23, 24, 5n),
    ],
  ],
  [
    'stale-value',
    'MADV_FREE: the content comes back after zero was seen',
    [at(0).xchg(1, 2, 0n, 5n), at(9).free(3, 4), at(1).read(5, 6, 0n), at(2).read(7, 8, 5n)],
  ],
  [
    'zero-instead-of-data',
    'MADV_FREE: gone although it was written again',
    [at(0).xchg(1, 2, 0n, 5n), at(9).free(3, 4), at(1).xchg(5, 6, 5n, 6n), at(2).read(7, 8, 0n)],
  ],
  [
    'zero-instead-of-data',
    'zero before MADV_FREE began',
    [at(0).xchg(1, 2, 0n, 5n), at(1).read(3, 4, 0n), at(9).free(5, 6)],
  ],
  ['write-after-protect', 'mprotect has returned', [at(1).protect(1, 2, 1), at(0).xchg(3, 4, 0n, 5n)]],
  ['read-after-protect', 'PROT_NONE', [at(1).protect(1, 2, 0), at(0).read(3, 4, 0n)]],
  [
    'write-after-protect',
    'within mprotect, after it was seen',
    [at(1).protect(1, 9, 1), at(0).segv('XCHG', 2, 3, 2), at(2).xchg(4, 5, 0n, 5n)],
  ],
  ['wrong-signal-code', 'ACCERR where nothing is', [at(1).unmap(1, 2), at(0).segv('READ', 3, 4, 2)]],
  [
    'wrong-signal-code',
    'MAPERR where a right is missing',
    [at(1).protect(1, 2, 1), at(0).segv('XCHG', 3, 4, 1)],
  ],
  ['spurious-segv', 'mapped and allowed', [at(0).xchg(1, 2, 0n, 5n), at(0).segv('READ', 3, 4, 1)]],
  ['spurious-segv', 'a hole during MAP_FIXED', [at(1).map(1, 9), at(0).segv('READ', 2, 8, 1)]],
  [
    'child-not-a-cut',
    'a store before fork is missing',
    [at(0).xchg(1, 2, 0n, 5n), at(1).fork(3, 6, 1n), at(1).child(3, 6, 1n, 0n)],
  ],
  [
    'child-not-a-cut',
    'two looks differ',
    [at(1).fork(1, 9, 1n), at(1).child(1, 9, 1n, 0n), at(1).child(1, 9, 1n, 5n), at(0).xchg(2, 3, 0n, 5n)],
  ],
  [
    'call-result',
    'mprotect of a hole succeeds',
    [at(1).unmap(1, 2), at(1).protect(3, 4, 1), at(0).segv('READ', 5, 6, 1)],
  ],
  [
    'call-result',
    'a hint over a mapping is granted',
    [at(0).xchg(1, 2, 0n, 5n), at(1).hint(3, 4), at(0).read(9, 10, 0n)],
  ],
  [
    'call-result',
    'DONTNEED finds a hole where none is',
    [at(0).read(1, 2, 0n), failed(at(1).zap(3, 4), ENOMEM)],
  ],
  ['wrong-address', 'mmap went elsewhere', [{ ...at(1).map(1, 2), result: 0x5000n }]],
  [
    'wrong-signal-address',
    'si_addr of another page',
    [at(1).unmap(1, 2), { ...at(0).segv('READ', 3, 4, 1), result: 0x5000n }],
  ],
  ['unexpected-sigbus', 'anonymous memory', [{ ...at(0).segv('READ', 3, 4, 2), code: 0x102 }]],
];

/** Each is odd and allowed. */
const ALLOWED: readonly (readonly [what: string, drafts: readonly Draft[]])[] = [
  ['an old value within an exchange', [at(0).xchg(1, 9, 0n, 5n), at(1).read(2, 3, 5n), at(2).read(4, 5, 5n)]],
  [
    'munmap: one thread is ahead of another',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).unmap(3, 20),
      at(1).segv('READ', 4, 5, 1),
      at(2).read(6, 7, 5n),
      at(0).xchg(8, 9, 5n, 6n),
      at(2).read(10, 11, 6n),
    ],
  ],
  [
    'munmap: a store faults, loads go on',
    [at(0).xchg(1, 2, 0n, 5n), at(9).unmap(3, 20), at(1).segv('XCHG', 4, 5, 1), at(1).read(6, 7, 5n)],
  ],
  [
    'munmap: a load finds no VMA, and the same thread an entry that is not zapped yet',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).unmap(3, 20),
      at(1).segv('READ', 4, 5, 1),
      at(1).read(6, 7, 5n),
      at(1).xchg(8, 9, 5n, 6n),
    ],
  ],
  [
    'munmap: a store finds no VMA, and the same thread an entry that is not zapped yet',
    [at(0).xchg(1, 2, 0n, 5n), at(9).unmap(3, 20), at(1).segv('XCHG', 4, 5, 1), at(1).xchg(6, 7, 5n, 6n)],
  ],
  [
    'munmap: a store under way when it returns used its entry, though another thread had flipped',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).unmap(3, 20),
      at(1).segv('READ', 4, 5, 1),
      at(2).xchg(18, 25, 5n, 6n),
      at(3).xchg(17, 26, 6n, 7n),
    ],
  ],
  [
    'DONTNEED: the same between two of them',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(8).zap(3, 20),
      at(0).xchg(4, 5, 0n, 6n),
      at(9).zap(6, 30),
      at(1).read(7, 8, 0n),
      at(2).xchg(18, 40, 5n, 7n),
      at(3).xchg(29, 40, 6n, 8n),
    ],
  ],
  [
    'DONTNEED: old and new content at once',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).zap(3, 20),
      at(1).read(4, 5, 0n),
      at(2).read(6, 7, 5n),
      at(1).xchg(8, 9, 0n, 6n),
      at(2).xchg(10, 11, 5n, 7n),
      at(1).read(12, 13, 6n),
      at(2).read(21, 22, 6n),
    ],
  ],
  [
    'two DONTNEEDs open at once',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(8).zap(3, 20),
      at(9).zap(4, 19),
      at(1).xchg(5, 6, 0n, 6n),
      at(2).read(7, 8, 5n),
      at(3).read(9, 10, 0n),
      at(1).read(21, 22, 0n),
    ],
  ],
  [
    'mremap: both addresses at once',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).move(3, 20, 1),
      at(1, 1).xchg(4, 5, 5n, 6n),
      at(2).read(6, 7, 6n),
      at(2).xchg(8, 9, 6n, 7n),
      at(1, 1).read(21, 22, 7n),
      at(2).segv('READ', 23, 24, 1),
    ],
  ],
  [
    'mmap failed after unmapping',
    [at(0).xchg(1, 2, 0n, 5n), failed(at(1).map(3, 4), ENOMEM), at(0).segv('READ', 5, 6, 1)],
  ],
  [
    'mmap failed before unmapping',
    [at(0).xchg(1, 2, 0n, 5n), failed(at(1).map(3, 4), ENOMEM), at(0).read(5, 6, 5n)],
  ],
  [
    'mprotect met a hole further on',
    [
      failed(over(at(1).protect(1, 2, 1), 3), ENOMEM),
      at(0).segv('XCHG', 5, 6, 2),
      at(0, 1).xchg(7, 8, 0n, 5n),
    ],
  ],
  [
    'DONTNEED met a hole and did the rest',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(1, 1).unmap(3, 4),
      failed(over(at(1).zap(5, 6), 2), ENOMEM),
      at(0).read(7, 8, 0n),
    ],
  ],
  [
    'mremap failed after unmapping its target',
    [
      at(0, 1).xchg(1, 2, 0n, 5n),
      at(1).unmap(3, 4),
      failed(at(1).move(5, 6, 1), EFAULT),
      at(0, 1).segv('READ', 7, 8, 1),
    ],
  ],
  [
    'a child that saw a moment of the fork',
    [
      at(1).fork(1, 9, 1n),
      at(1).child(1, 9, 1n, 0n),
      at(1, 1).child(1, 9, 1n, 7n),
      at(0).xchg(2, 3, 0n, 5n),
      at(0, 1).xchg(4, 5, 0n, 7n),
    ],
  ],
  [
    'MADV_FREE: the content stays, then is zero, then is written',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).free(3, 4),
      at(1).read(5, 6, 5n),
      at(2).read(7, 8, 0n),
      at(1).xchg(9, 10, 0n, 6n),
      at(1).read(11, 12, 6n),
    ],
  ],
  [
    'MADV_FREE: a store keeps the content',
    [at(0).xchg(1, 2, 0n, 5n), at(9).free(3, 4), at(1).xchg(5, 6, 5n, 6n), at(2).read(7, 8, 6n)],
  ],
  [
    'MADV_FREE: the uncertainty goes through mprotect, mremap and fork',
    [
      at(0).xchg(1, 2, 0n, 5n),
      at(9).free(3, 4),
      at(9).protect(5, 6, 1),
      at(9).move(7, 8, 1),
      at(8).fork(9, 10, 1n),
      at(8, 1).child(9, 10, 1n, 0n),
      at(1, 1).read(11, 12, 5n),
      at(1, 1).read(13, 14, 0n),
    ],
  ],
  [
    'MADV_FREE under way: what a store found may be from before',
    [at(0).xchg(1, 2, 0n, 5n), at(9).free(3, 20), at(1).read(4, 5, 0n), at(2).xchg(6, 7, 0n, 6n)],
  ],
  ['a load from a write-only page', [at(1).protect(1, 2, 2), at(0).read(3, 4, 0n)]],
  [
    'rights travel with mremap',
    [at(1).protect(1, 2, 1), at(1).move(3, 4, 1), at(0, 1).segv('XCHG', 5, 6, 2), at(0, 1).read(7, 8, 0n)],
  ],
];

describe('what no order explains', () => {
  test.each(BROKEN)('%s: %s', (rule, _what, drafts) => {
    expect(rulesOf(drafts)).toContain(rule);
  });

  test('a rule that breaks often is told a few times and counted', () => {
    const many = Array.from({ length: 20 }, (_, n) => at(0).segv('READ', 10 + 2 * n, 11 + 2 * n, 2));
    const { violations } = checkHistory(historyOf([at(1).unmap(1, 2), ...many]), { maxPerRule: 3 });
    expect(violations.map(({ rule }) => rule)).toEqual(Array(3).fill('wrong-signal-code'));
    expect(violations.at(-1)!.repeated).toBe(17);
  });

  test('the page is judged on behind a wrong code', () => {
    const rules = rulesOf([
      at(1).protect(1, 2, 1),
      at(0).segv('XCHG', 3, 4, 1),
      at(1).protect(5, 6, 3),
      at(0).xchg(7, 8, 0n, 5n),
      at(0).read(9, 10, 0n),
    ]);
    expect(rules).toEqual(['wrong-signal-code', 'zero-instead-of-data']);
  });
});

describe('what is odd and allowed', () => {
  test.each(ALLOWED)('%s', (_what, drafts) => {
    expect(checkHistory(historyOf(drafts)).violations).toEqual([]);
  });
});

describe('a violation', () => {
  const noise = Array.from({ length: 60 }, (_, n) => at(2).read(100 + 2 * n, 101 + 2 * n, 0n));
  const report = checkHistory(
    historyOf([...noise, at(0).xchg(300, 301, 0n, 5n), at(1).unmap(302, 303), at(3).read(304, 305, 5n)]),
  );
  const [violation] = report.violations;

  test('names page, rule and operation', () => {
    expect(violation).toMatchObject({
      pages: [0],
      rule: 'access-after-unmap',
      at: { thread: 3, start: 304n },
    });
    expect(violation!.possible).toEqual(['unmapped']);
    expect(violation!.explanation).toContain("Page 0: T3's load succeeded on a page that was unmapped");
    expect(violation!.explanation).toContain('T1 munmap of page 0 had returned 1.0 µs before');
  });

  test('shows few operations', () => {
    expect(violation!.operations.map(({ thread, start }) => [thread, start])).toEqual([
      [0, 300n],
      [1, 302n],
      [3, 304n],
    ]);
  });
});

test('the operations shown are those that matter, and no others', () => {
  const noise = Array.from({ length: 40 }, (_, n) => at(2).read(100 + 2 * n, 101 + 2 * n, 0n));
  const history = historyOf([
    ...noise,
    at(1).protect(50, 60, 1),
    at(1, 1).zap(70, 80),
    at(0).xchg(300, 301, 0n, 5n),
  ]);
  const [violation] = checkHistory(history).violations;
  expect(violation!.operations.map(({ start }) => start)).toEqual([50n, 300n]);
});

test('counts what raced', () => {
  const { stats } = checkHistory(
    historyOf([
      at(0).read(1, 3, 0n),
      at(1).zap(2, 9),
      at(0).read(4, 5, 0n),
      at(0).read(10, 11, 0n),
      at(0, 1).read(12, 13, 0n),
    ]),
  );
  expect(stats).toMatchObject({
    operations: 5,
    accesses: 4,
    structural: 1,
    overlaps: 2,
    pagesTouched: 2,
    signals: 0,
  });
});

test('gives up where there are too many orders, and says so', () => {
  const writers = Array.from({ length: 8 }, (_, thread) => at(thread).zap(1, 100));
  const readers = Array.from({ length: 8 }, (_, n) => at(8 + n).xchg(2, 99, 0n, BigInt(100 + n)));
  const { violations, undecided } = checkHistory(historyOf([...writers, ...readers]), {
    maxConfigurations: 100,
  });
  expect(violations).toEqual([]);
  expect(undecided).toEqual([{ pages: [0], reason: 'more than 100 ways to order what happened at once' }]);
});
