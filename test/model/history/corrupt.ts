import { OP, OUTCOME, type History, type HistoryRecord } from '../../../harness/model/history/types.ts';

/** Ways to spoil a valid history. Each returns null where the history has nothing to spoil that way. */
export type Corruption = (history: History, chance: () => number) => History | null;

const replace = (history: History, changes: ReadonlyMap<HistoryRecord, HistoryRecord | null>): History => ({
  ...history,
  threads: history.threads.map((records) =>
    records
      .flatMap((record) => {
        const change = changes.get(record);
        return change === undefined ? [record] : change === null ? [] : [change];
      })
      .map((record, sequence) => ({ ...record, sequence })),
  ),
});
const all = (history: History, keep: (record: HistoryRecord) => boolean): HistoryRecord[] =>
  history.threads.flat().filter(keep);
const any = <T>(items: readonly T[], chance: () => number): T | undefined =>
  items[Math.floor(chance() * items.length)];
const well = ({ outcome }: HistoryRecord): boolean => outcome === OUTCOME.ok;
const isAccess = ({ op }: HistoryRecord): boolean => op === OP.READ || op === OP.XCHG;

export const CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  'two values swapped': (history, chance) => {
    const seen = all(history, (record) => isAccess(record) && well(record));
    const others = (one: HistoryRecord) =>
      seen.filter((record) => record.page === one.page && record.result !== one.result);
    const firstOf = new Map(seen.map(({ page, result }) => [page, result]));
    const varied = new Set(
      seen.filter(({ page, result }) => firstOf.get(page) !== result).map(({ page }) => page),
    );
    const a = any(
      seen.filter(({ page }) => varied.has(page)),
      chance,
    );
    const b = a && any(others(a), chance);
    if (a === undefined || b === undefined) return null;
    return replace(
      history,
      new Map([
        [a, { ...a, result: b.result }],
        [b, { ...b, result: a.result }],
      ]),
    );
  },
  'an exchange dropped': (history, chance) => {
    const taken = new Set(
      all(history, (record) => isAccess(record) && well(record)).map(({ result }) => result),
    );
    const a = any(
      all(history, (record) => record.op === OP.XCHG && well(record) && taken.has(record.value)),
      chance,
    );
    return a === undefined ? null : replace(history, new Map([[a, null]]));
  },
  'one generation old': (history, chance) => {
    const stores = all(history, (record) => record.op === OP.XCHG && well(record));
    const before = new Map(stores.map((record) => [record.value, record.result]));
    const a = any(
      all(history, (record) => isAccess(record) && well(record) && before.has(record.result)),
      chance,
    );
    return a === undefined ? null : replace(history, new Map([[a, { ...a, result: before.get(a.result)! }]]));
  },
  'success turned to SIGSEGV': (history, chance) => {
    const a = any(
      all(history, (record) => isAccess(record) && well(record)),
      chance,
    );
    if (a === undefined) return null;
    const result = history.header.arenaBase + BigInt(a.page) * BigInt(history.header.pageSize);
    return replace(
      history,
      new Map([[a, { ...a, outcome: OUTCOME.signal, code: chance() < 0.5 ? 1 : 2, result }]]),
    );
  },
  'MAPERR and ACCERR swapped': (history, chance) => {
    const a = any(
      all(history, (record) => isAccess(record) && record.outcome === OUTCOME.signal),
      chance,
    );
    return a === undefined ? null : replace(history, new Map([[a, { ...a, code: 3 - a.code }]]));
  },
  'a store missing in the child': (history, chance) => {
    const stores = all(history, (record) => record.op === OP.XCHG && well(record));
    const before = new Map(stores.map((record) => [record.value, record.result]));
    const a = any(
      all(history, (record) => record.op === OP.CHILD_READ && before.has(record.result)),
      chance,
    );
    return a === undefined ? null : replace(history, new Map([[a, { ...a, result: before.get(a.result)! }]]));
  },
};
