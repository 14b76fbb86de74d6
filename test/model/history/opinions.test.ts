import { expect, test } from 'vitest';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { operationText } from '../../../harness/model/history/describe.ts';
import { judgeHistorySource } from '../../../harness/model/history/judge.ts';
import { bruteForce } from '../../../harness/model/history/opinions/brute-force.ts';
import { isInstant, type Page } from '../../../harness/model/history/opinions/page.ts';
import { wingGong } from '../../../harness/model/history/opinions/wing-gong.ts';
import { zones } from '../../../harness/model/history/opinions/zones.ts';
import { sourceOf } from '../../../harness/model/history/source.ts';
import { OP, type History } from '../../../harness/model/history/types.ts';
import { CORRUPTIONS } from './corrupt.ts';
import { explicable } from './exhaustive.ts';
import { random, simulate } from './simulator.ts';

/** SPF_HISTORIES=100000 SPF_SEED=1 is the figure of docs/history-checker.md. */
const HISTORIES = Number(process.env['SPF_HISTORIES'] ?? 1200);
const SEED = Number(process.env['SPF_SEED'] ?? 1);

/** MADV_FREE in the place of MADV_DONTNEED: valid or not, as it happens. */
const freed = (history: History): History => ({
  ...history,
  threads: history.threads.map((records) =>
    records.map((record) => (record.op === OP.ZAP ? { ...record, op: OP.FREE } : record)),
  ),
});

/** What the simulator made of one page, without the calls that open views: those are for the exhaustive search. */
function history(seed: number): History {
  const chance = random(seed ^ 0x5bd1e995);
  const kind = seed % 4;
  let made = simulate({
    seed,
    pages: kind === 3 && seed % 8 === 3 ? 2 : 1,
    threads: 2 + (seed % 3 === 0 ? 1 : 0),
    operations: kind === 1 ? 2 : kind === 2 ? 12 : kind === 0 ? 6 : 2,
    structural: kind === 0 ? 0 : 0.4,
    skew: seed % 5 === 0 ? 6 : 0,
    idle: 1 + (seed % 3),
    moves: kind === 3 && seed % 8 === 3,
    forks: kind === 3 && seed % 3 === 0,
    initiallyMapped: kind === 0 || seed % 2 === 0,
  });
  const kinds = Object.values(CORRUPTIONS);
  for (let n = 0; n < 2; n++)
    if (chance() < 0.45) made = kinds[Math.floor(chance() * kinds.length)]!(made, chance) ?? made;
  if (kind === 3) return chance() < 0.4 ? freed(made) : made;
  // A zap is read as a fresh mapping and an unmapping is left out: what comes out is valid or not, as it happens.
  const instant = (records: History['threads'][number]) =>
    records
      .map((record) =>
        record.op === OP.ZAP ? { ...record, op: OP.MAP, value: 3n, result: made.header.arenaBase } : record,
      )
      .filter(isInstant)
      .map((record, sequence) => ({ ...record, sequence }));
  return { ...made, threads: made.threads.map(instant) };
}

/** The checker does not judge pages that nobody looks at: what calls did there is of no consequence to anybody. */
function touched({ threads }: History): boolean {
  const records = threads.flat();
  const looked = new Set(
    records.flatMap(({ op, page }) => (op <= OP.XCHG || op === OP.CHILD_READ ? [page] : [])),
  );
  return records.every(
    ({ op, page, pages }) =>
      op === OP.MOVE || Array.from({ length: pages }, (_, at) => page + at).every((at) => looked.has(at)),
  );
}

const shown = ({ threads }: History): string =>
  threads
    .flat()
    .map((record) => `[${record.start}, ${record.end}] ${operationText(record)}`)
    .join('\n');

test(`${HISTORIES} random histories: no opinion differs from the checker's`, () => {
  const asked = { untouched: 0, brute: 0, wingGong: 0, zones: 0, exhaustive: 0, inexplicable: 0 };
  for (let n = 0; n < HISTORIES; n++) {
    const seed = SEED * 1_000_000 + n;
    const one = history(seed);
    if (!touched(one)) {
      asked.untouched++;
      continue;
    }
    const { violations, undecided } = checkHistory(one, { maxConfigurations: 1_000_000 });
    expect(undecided).toEqual([]);
    const explained = violations.length === 0;
    if (!explained) asked.inexplicable++;
    const differs = `seed ${seed}\n${shown(one)}`;
    const streamed = judgeHistorySource(sourceOf(one), { maxConfigurations: 1_000_000 });
    const alone = streamed.violations.filter(({ rule }) => rule !== 'fork-not-one-instant');
    if ((alone.length === 0) !== explained) expect.fail(`streamed: ${differs}`);
    const records = one.threads.flat();
    const { skew, initiallyMapped } = one.header;
    if (!records.every((record) => isInstant(record) && record.page === 0)) {
      asked.exhaustive++;
      if (explicable(one) !== explained) expect.fail(`exhaustive search: ${differs}`);
      continue;
    }
    const initial: Page = { mapped: initiallyMapped, prot: initiallyMapped ? 3 : 0, value: 0n };
    asked.wingGong++;
    if (wingGong(records, initial, skew) !== explained) expect.fail(`Wing and Gong: ${differs}`);
    if (records.length <= 6) {
      asked.brute++;
      if (bruteForce(records, initial, skew) !== explained) expect.fail(`brute force: ${differs}`);
    }
    const zoned = initiallyMapped ? zones(records, skew) : null;
    if (zoned === null) continue;
    asked.zones++;
    if (zoned !== explained) expect.fail(`zones: ${differs}`);
  }
  console.info(`${HISTORIES} histories, seed ${SEED}: ${JSON.stringify(asked)}`);
  for (const [who, count] of Object.entries(asked))
    if (who !== 'untouched') expect(count, who).toBeGreaterThan(HISTORIES / 40);
});
