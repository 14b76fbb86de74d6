import { OP, OUTCOME, type History, type HistoryRecord } from '../../../harness/model/history/types.ts';

/**
 * What a guest leaves that dies while its drainer works: all that ended before `until`, of each thread perhaps some of
 * what came after, and the calls that had begun before `until` and are not there.
 */
export function cutHistory(history: History, until: bigint, chance: () => number): History {
  const pending: HistoryRecord[] = [];
  const threads = history.threads.map((records) => {
    const known = records.findIndex(({ end }) => end >= until);
    if (known < 0) return records;
    const more = chance() < 0.5 ? 0 : Math.floor(chance() * 4);
    // A fork and what its child saw are one step of the recorder: all there or none.
    let kept = Math.min(known + more, records.length);
    while (kept > known && records[kept]?.op === OP.CHILD_READ) kept--;
    const next = records[kept];
    if (next !== undefined && next.op >= OP.MAP && next.op !== OP.CHILD_READ && next.start < until)
      pending.push({ ...next, outcome: OUTCOME.pending, end: 0n, result: 0n, code: 0 });
    return records.slice(0, kept);
  });
  return { ...history, threads, pending, complete: false, completeUntil: until };
}
