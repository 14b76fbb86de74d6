import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkOutcomes } from '../../harness/model/directed/check.ts';
import { checkCases } from '../../harness/model/eligibility/check.ts';
import { eligibilityMismatches } from '../../harness/model/eligibility/mismatches.ts';
import { checkHistory } from '../../harness/model/history/check.ts';
import { judgeHistorySource } from '../../harness/model/history/judge.ts';
import { sourceOf } from '../../harness/model/history/source.ts';
import type { History } from '../../harness/model/history/types.ts';
import { parseHistory } from '../../harness/workload/history/reader.ts';
import { ChunkWalk } from '../../harness/workload/history/walk.ts';
import { readCases, readOutcomes } from '../../harness/workload/report-lines.ts';
import { usePrograms, whyNoPrograms } from '../guest/programs.ts';
import { CORRUPTIONS } from './history/corrupt.ts';
import { random } from './history/simulator.ts';

/** The models against a kernel that is right: this host's own. */

const reason = whyNoPrograms();
if (reason !== undefined) console.warn(`the models are not tried on this host: ${reason}`);

/** The history of these pages alone; hammer's calls do not reach beyond a pair of 8-page stripes. */
const firstPages = (history: History, pages: number): History => ({
  ...history,
  threads: history.threads.map((records) =>
    records
      .filter(({ page, target }) => page < pages && target < pages)
      .map((record, sequence) => ({ ...record, sequence })),
  ),
});

/**
 * Not every corruption is one: a load that overlaps the store may have come before it. With 9 of 10 caught, 4 draws have
 * fewer than 3 once in 23 times, and 32 fewer than 24 less than once in a thousand.
 */
const DRAWS = 32;

describe.skipIf(reason !== undefined)("this host's kernel", () => {
  const programs = usePrograms('directed', 'hammer', 'spf-counters');
  const run = (program: string, ...args: readonly string[]): Buffer => {
    const options = { maxBuffer: 1 << 30, timeout: 50_000 };
    const { status, stdout, stderr } = spawnSync(join(programs(), program), args, options);
    expect(status, stderr.toString()).toBe(0);
    return stdout;
  };
  let recorded: Buffer | null = null;
  const stream = (): Buffer =>
    (recorded ??= run('hammer', '--history', '-', '--duration', '1', '--seed', '11', '--pages', '256'));

  test('explains all that hammer saw', () => {
    const { violations, undecided, stats } = checkHistory(parseHistory(stream()));
    expect(violations.map(({ explanation }) => explanation)).toEqual([]);
    expect(undecided).toEqual([]);
    // Streamed, with the layer across pages: hammer forks.
    const streamed = judgeHistorySource(sourceOf(parseHistory(stream())));
    expect(streamed.violations.map(({ explanation }) => explanation)).toEqual([]);
    expect(stats.overlaps).toBeGreaterThan(0);
    expect(stats.signals).toBeGreaterThan(0);
    console.info(
      `${stats.operations} operations, ${stats.overlaps} raced, at most ${stats.maxConfigurations} ways at once`,
    );
  });

  test('explains all that is left of it when the guest dies', () => {
    const bytes = stream();
    const chance = random(5);
    for (let n = 0; n < 5; n++) {
      const received = bytes.subarray(0, 128 + Math.floor(chance() * (bytes.length - 128)));
      const walk = new ChunkWalk();
      walk.push(received);
      const history = parseHistory(received.subarray(0, walk.whole));
      expect(history.complete).toBe(false);
      for (const { violations } of [checkHistory(history), judgeHistorySource(sourceOf(history))])
        expect(violations.map(({ explanation }) => explanation)).toEqual([]);
    }
  });

  test.each(Object.keys(CORRUPTIONS))('does not explain its history with %s', (kind) => {
    const history = firstPages(parseHistory(stream()), 16);
    let caught = 0;
    for (let seed = 1; seed <= DRAWS; seed++) {
      const spoiled = CORRUPTIONS[kind]!(history, random(seed));
      expect(spoiled).not.toBeNull();
      if (checkHistory(spoiled!).violations.length > 0) caught++;
    }
    expect(caught).toBeGreaterThanOrEqual((3 / 4) * DRAWS);
  });

  test('counts and signals as the eligibility table says', () => {
    const { lines: cases, doubts } = readCases(run('spf-counters').toString());
    const { judged, mismatches } = checkCases(cases, { hasSpf: false });
    expect(doubts).toEqual([]);
    expect(eligibilityMismatches(mismatches).map(({ explanation }) => explanation)).toEqual([]);
    expect(judged).toBeGreaterThan(20);
  });

  // Those that change settings of the machine are for guests.
  test('ends every directed program as it should, and is left as it was', () => {
    const { lines, doubts } = readOutcomes(run('directed', '--tries', '1', '--seconds', '0.1').toString());
    const { judged, skipped, mismatches } = checkOutcomes(lines);
    expect(doubts).toEqual([]);
    expect(mismatches.map(({ explanation }) => explanation)).toEqual([]);
    expect(judged).toBeGreaterThanOrEqual(11);
    expect(skipped.filter((why) => why.includes('settings of the whole machine'))).toHaveLength(15);
  });
});
