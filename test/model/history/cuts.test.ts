import { describe, expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { judgeHistorySource } from '../../../harness/model/history/judge.ts';
import { sourceOf } from '../../../harness/model/history/source.ts';
import { at, historyOf, type Draft } from './build.ts';
import { simulate } from './simulator.ts';

const judge = (drafts: readonly Draft[], skew = 0n) =>
  judgeHistorySource(sourceOf(historyOf(drafts, { skew })));

/** Page 1 is stored to after page 0's 5 was taken; the child has the store and the 5. */
const torn = [
  at(0).xchg(1, 2, 0n, 5n),
  at(1).fork(10, 40, 1n),
  at(1).child(10, 40, 1n, 5n),
  at(1, 1).child(10, 40, 1n, 7n),
  at(0).xchg(12, 13, 5n, 6n),
  at(2, 1).xchg(20, 21, 0n, 7n),
];

describe('a child whose pages are of two instants', () => {
  test('is found, though every page by itself can be explained', () => {
    expect(checkHistory(historyOf(torn)).violations).toEqual([]);
    const { violations } = judge(torn);
    expect(violations.map(({ rule, pages }) => [rule, pages])).toEqual([['fork-not-one-instant', [0, 1]]]);
    expect(violations[0]!.explanation).toBe(
      'The child of fork 1 has page 1 as T2 exchange 0→0x7 on page 1 left it, and page 0 as it was before T0 exchange 0x5→0x6 on page 0, which had ended before the former began: its image is not of one instant.',
    );
    expect(violations[0]!.operations).toHaveLength(5);
  });

  test('is not accused when the clocks may differ by as much', () => {
    expect(judge(torn, 4n).violations).toEqual([]);
    expect(judge(torn, 3n).violations).toHaveLength(1);
  });

  test('is not accused when the two stores overlap', () => {
    const both = torn.with(4, at(0).xchg(12, 20, 5n, 6n));
    expect(judge(both).violations).toEqual([]);
  });
});

test('no fork of a machine like Linux is torn', () => {
  let looks = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const options = { seed, pages: 4, threads: 4, operations: 40, forks: true, moves: seed % 2 === 0 };
    const source = sourceOf(simulate({ ...options, skew: seed % 3 === 0 ? 5 : 0, structural: 0.2 }));
    looks += source.survey.looks;
    expect(judgeHistorySource(source).violations, `seed ${seed}`).toEqual([]);
  }
  expect(looks).toBeGreaterThan(500);
});
