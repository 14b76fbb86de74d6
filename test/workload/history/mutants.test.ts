import { expect, test } from 'vitest';
import { HistoryReader } from '../../../harness/workload/history/reader.ts';
import { encodeHistory } from '../../../harness/workload/history/writer.ts';
import { random, simulate } from '../../model/history/simulator.ts';
import { chunkSpans, MUTATIONS } from './mutate.ts';

/** SPF_MUTANTS=100000 is the figure of docs/history-checker.md. */
const MUTANTS = Number(process.env['SPF_MUTANTS'] ?? 4000);
const SEED = Number(process.env['SPF_SEED'] ?? 1);

const written = (seed: number): Uint8Array =>
  encodeHistory(
    {
      ...simulate({ seed, pages: 3, threads: 3, operations: 8, moves: true, forks: true }),
      completeUntil: 1n,
    },
    1 + (seed % 4),
  );

const reading = (bytes: Uint8Array) => {
  const reader = new HistoryReader();
  reader.push(bytes);
  return reader.finish();
};

/** The one thing that a spoiled history may still be: the beginning of the whole one, cut between two chunks. */
const isCleanCut = (whole: Uint8Array, bytes: Uint8Array): boolean =>
  Buffer.compare(whole.subarray(0, bytes.length), bytes) === 0 &&
  chunkSpans(whole).some(({ to }) => to === bytes.length);

test(`${MUTANTS} spoiled histories are refused, each with one message`, () => {
  const chance = random(SEED);
  const kinds = Object.entries(MUTATIONS);
  const refused = new Map<string, number>();
  let cuts = 0;
  for (let tried = 0; tried < MUTANTS;) {
    const seed = SEED * 1_000_000 + tried;
    const whole = written(seed);
    const other = written(seed + 500_000);
    expect(reading(whole), `seed ${seed}`).toHaveProperty('history');
    for (const [kind, mutate] of kinds) {
      const bytes = mutate(whole, other, chance);
      if (bytes === null || Buffer.compare(bytes, whole) === 0) continue;
      tried++;
      const outcome = reading(bytes);
      if ('history' in outcome) {
        // A cut where a guest may have died is no damage, and is never taken for the whole.
        expect(isCleanCut(whole, bytes), `${kind}, seed ${seed}`).toBe(true);
        expect(outcome.history.complete).toBe(false);
        cuts++;
        continue;
      }
      expect(outcome.fault).toMatch(/^\S[^\n]*$/);
      refused.set(kind, (refused.get(kind) ?? 0) + 1);
    }
  }
  expect([...refused.keys()].sort()).toEqual(kinds.map(([kind]) => kind).sort());
  const count = [...refused.values()].reduce((sum, n) => sum + n, 0);
  console.info(`${count} refused, ${cuts} were clean cuts, seed ${SEED}`);
  expect(count).toBeGreaterThan(0.9 * MUTANTS);
});
