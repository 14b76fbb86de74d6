import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { conclude, judgeHistorySource, planOf, sweepShare } from '../../../harness/model/history/judge.ts';
import { LiveValues } from '../../../harness/model/history/live-values.ts';
import { sourceOf } from '../../../harness/model/history/source.ts';
import { Tournament } from '../../../harness/model/history/tournament.ts';
import type { History, HistoryReport } from '../../../harness/model/history/types.ts';
import { openSource } from '../../../harness/workload/history/file-source.ts';
import { scanHistory } from '../../../harness/workload/history/scan.ts';
import { encodeHistory } from '../../../harness/workload/history/writer.ts';
import { at, historyOf } from './build.ts';
import { CORRUPTIONS } from './corrupt.ts';
import { cutHistory } from './cut.ts';
import { generateFile } from './generate.ts';
import { random, simulate } from './simulator.ts';

const directory = mkdtempSync(join(tmpdir(), 'spf-stream-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Histories of every kind: short and long, spoiled and not, cut and whole, with skew, moves and forks. */
function anyHistory(seed: number): History {
  const chance = random(seed);
  let history = simulate({
    ...{ seed, pages: 1 + (seed % 5), threads: 1 + (seed % 6), operations: 5 + (seed % 40) },
    ...{ moves: seed % 2 === 0, forks: seed % 3 === 0, structural: 0.3, skew: seed % 4 === 0 ? 7 : 0 },
    ...{ initiallyMapped: seed % 2 === 1, idle: seed % 20 },
  });
  const kinds = Object.values(CORRUPTIONS);
  for (let n = 0; n < 2; n++)
    if (chance() < 0.4) history = kinds[Math.floor(chance() * kinds.length)]!(history, chance) ?? history;
  if (seed % 3 !== 1) return history;
  const last = history.threads.flat().reduce((latest, { end }) => (end > latest ? end : latest), 0n);
  return cutHistory(history, 1000n + BigInt(Math.floor(Number(last - 1000n) * chance())), chance);
}

/** What two reports must have in common; which of two equal operations is told as the guilty one is chance. */
const essence = ({ violations, undecided, stats }: HistoryReport) => ({
  broken: [
    ...new Set(
      violations
        .filter(({ rule }) => rule !== 'fork-not-one-instant')
        .map(({ rule, pages }) => `${rule} ${pages.join()}`),
    ),
  ].sort(),
  undecided: undecided.map(({ reason }) => reason).sort(),
  stats: { ...stats, overlaps: 0, maxConfigurations: 0 },
});

test('a history that is streamed is judged as one that is in memory', () => {
  let broken = 0;
  let cut = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const history = anyHistory(seed);
    const whole = checkHistory(history);
    const streamed = judgeHistorySource(sourceOf(history));
    expect(essence(streamed), `seed ${seed}`).toEqual(essence(whole));
    if (whole.violations.length > 0) broken++;
    else if (history.complete && history.header.skew === 0n)
      expect(streamed.stats.overlaps, `seed ${seed}`).toBe(whole.stats.overlaps);
    if (!history.complete) cut++;
  }
  expect(broken).toBeGreaterThan(40);
  expect(cut).toBeGreaterThan(40);
});

test('a file is judged as the history that it holds, by one thread and by several shares', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const history = anyHistory(seed);
    const file = join(directory, 'small.bin');
    writeFileSync(file, encodeHistory(history, 1 + (seed % 7)));
    const scan = await scanHistory(file);
    const source = openSource(scan);
    const plan = planOf(source);
    const shares = [0, 1, 2].map((share) => sweepShare(source, plan, {}, share, 3));
    expect(essence(conclude(source, plan, shares)), `seed ${seed}`).toEqual(essence(checkHistory(history)));
    source.close();
  }
});

describe('a long history', () => {
  test.each([
    ['instant calls, many pages', { pages: 1000, flips: false, owners: 1 }],
    ['flips, few pages, two owners', { pages: 16, flips: true, owners: 2 }],
  ] as const)('is explained: %s', async (_, shape) => {
    const file = join(directory, 'long.bin');
    generateFile(file, { seed: 7, operations: 60_000, threads: 8, structural: 0.1, ...shape });
    const scan = await scanHistory(file);
    const source = openSource(scan);
    const { violations, undecided, stats } = judgeHistorySource(source);
    expect(violations.map(({ explanation }) => explanation)).toEqual([]);
    expect(undecided).toEqual([]);
    expect(stats.operations).toBe(60_000);
    expect(stats.overlaps).toBeGreaterThan(50);
    source.close();
  });
});

test('a lost store is told beside a thousand wrong si_codes', () => {
  const pages = 1000;
  const wrong = Array.from({ length: pages - 1 }, (_, page) => [
    at(1, page).protect(10, 20, 0),
    at(0, page).segv('READ', 30, 40, 1),
  ]).flat();
  const lost = [at(0, pages - 1).xchg(10, 20, 0n, 7n), at(1, pages - 1).read(30, 40, 0n)];
  const drafts = [...wrong, ...lost].map((one, index) => {
    const later = BigInt(100 * index);
    return { ...one, start: one.start + later, end: one.end + later };
  });
  const { violations, undecided, untold } = judgeHistorySource(sourceOf(historyOf(drafts, { pages })));
  expect(violations.map(({ rule }) => rule)).toEqual([
    'zero-instead-of-data',
    ...Array.from({ length: 5 }, () => 'wrong-signal-code'),
  ]);
  expect(undecided).toEqual([]);
  expect(untold.inexplicable).toEqual([]);
  expect(untold.wrongCode.length).toBe(pages - 1 - 5);
});

test('what has no explanation even without its si_codes is told first, the rest is counted', () => {
  const pages = 40;
  const lost = Array.from({ length: pages }, (_, page) => [
    at(0, page).xchg(100 * page + 10, 100 * page + 20, 0n, BigInt(page + 1)),
    at(1, page).read(100 * page + 30, 100 * page + 40, 0n),
  ]).flat();
  const { violations, undecided, untold } = judgeHistorySource(sourceOf(historyOf(lost, { pages })));
  expect(new Set(violations.map(({ rule }) => rule))).toEqual(new Set(['zero-instead-of-data']));
  expect(undecided).toEqual([]);
  expect(untold.inexplicable).toEqual(Array.from({ length: pages - 25 }, (_, at) => 25 + at));
});

test('a value that everybody forgot equals no other', () => {
  const live = new Set<number>();
  const values = new LiveValues((known) => live.forEach((id) => (known[id] = 1)), 16);
  const kept = values.number(77, 1);
  live.add(kept);
  const numbers = new Map<number, number>();
  for (let value = 1; value <= 1000; value++) {
    const number = values.number(value, 0);
    expect(number).not.toBe(kept);
    expect(values.number(value, 0)).toBe(number);
    numbers.set(number, value);
  }
  expect(numbers.size).toBeLessThan(20);
  expect(values.number(77, 1)).toBe(kept);
  expect(values.number(0, 0)).toBe(0);
});

test('values that all are known make room for more', () => {
  const values = new LiveValues((known) => known.fill(1), 16);
  const numbers = Array.from({ length: 500 }, (_, value) => values.number(value + 1, 9));
  expect(new Set(numbers).size).toBe(500);
  expect(numbers.map((_, value) => values.number(value + 1, 9))).toEqual(numbers);
});

test('the least of many keys is found, of equal ones the first', () => {
  const chance = random(3);
  const tournament = new Tournament(13);
  const keys = Array.from({ length: 13 }, () => Infinity);
  for (let n = 0; n < 2000; n++) {
    const index = Math.floor(chance() * 13);
    keys[index] = chance() < 0.1 ? Infinity : Math.floor(chance() * 10);
    tournament.set(index, keys[index]);
    const least = Math.min(...keys);
    expect(tournament.key(tournament.least)).toBe(least);
    if (least !== Infinity) expect(tournament.least).toBe(keys.indexOf(least));
  }
});

test('a call that returned a wrong address on pages that nobody looks at is told too', () => {
  const history = historyOf([at(0).read(1, 2, 0n), { ...at(1, 5).map(3, 4), result: 0x5000n }]);
  const { violations } = judgeHistorySource(sourceOf(history));
  expect(violations.map(({ rule }) => rule)).toEqual(['wrong-address']);
});
