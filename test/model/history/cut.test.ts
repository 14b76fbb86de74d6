import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { OUTCOME } from '../../../harness/model/history/types.ts';
import { at, historyOf, type Draft } from './build.ts';
import { CORRUPTIONS } from './corrupt.ts';
import { cutHistory } from './cut.ts';
import { random, simulate } from './simulator.ts';

const cut = (drafts: readonly Draft[], completeUntil: bigint) => ({
  ...historyOf(drafts),
  complete: false,
  completeUntil,
});
const rulesOf = (history: Parameters<typeof checkHistory>[0]) =>
  checkHistory(history).violations.map(({ rule }) => rule);

test('no false alarm on any beginning of a valid history', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, where) => {
        const history = simulate({
          seed,
          pages: 1 + (seed % 3),
          threads: 2 + (seed % 3),
          operations: 8,
          moves: seed % 2 === 0,
          forks: true,
          structural: 0.35,
          skew: seed % 5 === 0 ? 5 : 0,
        });
        const last = history.threads.flat().reduce((latest, { end }) => (end > latest ? end : latest), 0n);
        const until = 1000n + BigInt(Math.floor(Number(last - 1000n) * where));
        expect(rulesOf(cutHistory(history, until, random(seed)))).toEqual([]);
      },
    ),
    { numRuns: 800 },
  );
});

test('what is wrong before the cut is still found', () => {
  let tried = 0;
  let found = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const chance = random(seed);
    const spoiled = CORRUPTIONS['success turned to SIGSEGV']!(
      simulate({ seed, pages: 1, threads: 3, operations: 12, structural: 0.2 }),
      chance,
    );
    if (spoiled === null || rulesOf(spoiled).length === 0) continue;
    const last = spoiled.threads.flat().reduce((latest, { end }) => (end > latest ? end : latest), 0n);
    tried++;
    if (rulesOf(cutHistory(spoiled, last, chance)).length > 0) found++;
  }
  expect(tried).toBeGreaterThan(60);
  expect(found / tried).toBeGreaterThan(0.9);
});

describe('an exchange that died with the guest', () => {
  const seen = [at(0).xchg(1, 2, 0n, 5n), at(1).read(10, 11, 77n), at(1).read(12, 13, 77n)];

  test('explains a value that nobody wrote', () => {
    expect(rulesOf(cut(seen, 100n))).toEqual([]);
    expect(rulesOf(historyOf(seen))).toEqual(['corrupt-value']);
  });

  test('explains no more values than there are threads', () => {
    const values = [77n, 78n, 79n].map((value, n) => at(1).read(10 + 2 * n, 11 + 2 * n, value));
    expect(rulesOf(cut([at(0).xchg(1, 2, 0n, 5n), ...values], 100n))).toEqual(['corrupt-value']);
  });

  test('does not come back once it was replaced', () => {
    expect(rulesOf(cut([...seen, at(1).xchg(14, 15, 77n, 6n), at(1).read(16, 17, 77n)], 100n))).toHaveLength(
      1,
    );
  });

  test('explains nothing that ended before any thread can have been in it', () => {
    const late = [at(0).read(50, 60, 0n), at(1).read(10, 11, 77n), at(1).read(60, 61, 77n)];
    expect(rulesOf(cut(late, 100n))).toEqual(['corrupt-value']);
  });

  test('leaves pages that mremap ties together undecided', () => {
    const { violations, undecided } = checkHistory(
      cut([...seen, at(0).move(3, 4, 1), at(0).map(5, 6)], 100n),
    );
    expect(violations).toEqual([]);
    expect(undecided).toEqual([
      { pages: [0, 1], reason: 'a value was seen whose exchange died with the guest' },
    ]);
  });
});

describe('a pending call', () => {
  const unmap = { ...historyOf([at(1).unmap(3, 4)]).threads[1]![0]!, outcome: OUTCOME.pending, end: 0n };

  test('may have taken effect, or not, or for some', () => {
    const with_ = (...drafts: Draft[]) => ({
      ...cut([at(0).xchg(1, 2, 0n, 5n), ...drafts], 100n),
      pending: [unmap],
    });
    expect(rulesOf(with_(at(0).segv('READ', 8, 9, 1)))).toEqual([]);
    expect(rulesOf(with_(at(0).read(8, 9, 5n)))).toEqual([]);
    expect(rulesOf(with_(at(0).segv('READ', 8, 9, 1), at(2).read(10, 11, 5n)))).toEqual([]);
  });

  test('cannot have taken effect before it began', () => {
    const early = { ...cut([at(0).segv('READ', 1, 2, 1)], 100n), pending: [unmap] };
    expect(rulesOf(early)).toEqual(['spurious-segv']);
  });
});

test('what ended after the cut is not judged', () => {
  const history = [at(0).xchg(1, 2, 0n, 5n), at(0).read(98, 101, 9n), at(1).read(3, 4, 5n)];
  expect(rulesOf(cut(history, 100n))).toEqual([]);
  expect(rulesOf(cut(history, 102n))).toEqual([]);
  expect(rulesOf(cut([...history, at(1).read(5, 6, 0n)], 100n))).toEqual(['zero-instead-of-data']);
});

test('nothing is judged without a progress mark', () => {
  const { violations, undecided } = checkHistory(cut([at(0).read(1, 2, 9n)], 0n));
  expect(violations).toEqual([]);
  expect(undecided[0]!.reason).toBe('the history ends before its first progress mark');
});

test('a record missing in the middle of a thread is a cut at that place', () => {
  const history = historyOf([
    at(0).xchg(1, 2, 0n, 5n),
    at(0).xchg(3, 4, 5n, 6n),
    at(0).xchg(5, 6, 6n, 7n),
    at(1).read(9, 10, 7n),
  ]);
  const holed = { ...history, threads: [history.threads[0]!.toSpliced(1, 1), history.threads[1]!] };
  const { violations, undecided } = checkHistory(holed);
  expect(violations).toEqual([]);
  expect(undecided[0]!.reason).toBe('thread 0 has record 2 where 1 should be: nothing after it is judged');
});
