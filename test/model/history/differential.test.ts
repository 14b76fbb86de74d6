import { expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { operationText } from '../../../harness/model/history/describe.ts';
import type { History } from '../../../harness/model/history/types.ts';
import { CORRUPTIONS } from './corrupt.ts';
import { explicable } from './exhaustive.ts';
import { random, simulate } from './simulator.ts';

const HISTORIES = 3000;

function smallHistory(seed: number): History {
  const chance = random(seed * 7 + 1);
  const moves = seed % 3 === 0;
  const history = simulate({
    seed,
    pages: moves ? 2 : 1,
    threads: 2 + (seed % 2),
    operations: moves ? 2 : 2 + (Math.floor(seed / 2) % 2),
    moves,
    forks: seed % 5 === 0,
    structural: 0.4,
    skew: !moves && seed % 4 === 0 ? 6 : 0,
    idle: 1,
    initiallyMapped: seed % 2 === 0,
  });
  const kinds = Object.values(CORRUPTIONS);
  let spoiled = history;
  for (let n = 0; n < 2; n++)
    if (chance() < 0.6) spoiled = kinds[Math.floor(chance() * kinds.length)]!(spoiled, chance) ?? spoiled;
  return spoiled;
}

const shown = (history: History): string =>
  history.threads
    .flat()
    .map((record) => `[${record.start}, ${record.end}] ${operationText(record)}`)
    .join('\n');

test(`the checker and a search without any rule agree on ${HISTORIES} small histories`, () => {
  let rejected = 0;
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = smallHistory(seed);
    const { violations, undecided } = checkHistory(history, { maxConfigurations: 1_000_000 });
    expect(undecided).toEqual([]);
    const right = explicable(history);
    expect(violations.length === 0, `seed ${seed}\n${shown(history)}`).toBe(right);
    if (!right) rejected++;
  }
  console.info(`${rejected} of ${HISTORIES} histories are inexplicable, on which both agree`);
  expect(rejected).toBeGreaterThan(HISTORIES / 5);
  expect(rejected).toBeLessThan((4 * HISTORIES) / 5);
});
