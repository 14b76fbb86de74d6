import type { HistoryRecord } from '../types.ts';
import { applied, precedes, type Page } from './page.ts';

/**
 * Wing and Gong's search with Lowe's memory: linearize any operation that nothing unfinished precedes, go back where the
 * page does not let it happen, and never come twice to the same page with the same operations done.
 */
export function wingGong(records: readonly HistoryRecord[], initial: Page, skew: bigint): boolean {
  const before = records.map((record) =>
    records.flatMap((other, at) => (other !== record && precedes(other, record, skew) ? [at] : [])),
  );
  const seen = new Set<string>();
  const all = (1n << BigInt(records.length)) - 1n;
  const stack: { done: bigint; page: Page }[] = [{ done: 0n, page: initial }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { done, page } = top;
    if (done === all) return true;
    for (const [at, record] of records.entries()) {
      const bit = 1n << BigInt(at);
      if ((done & bit) !== 0n || before[at]!.some((other) => (done & (1n << BigInt(other))) === 0n)) continue;
      const next = applied(page, record);
      if (next === null) continue;
      const key = `${done | bit} ${next.mapped} ${next.prot} ${next.value}`;
      if (seen.has(key)) continue;
      seen.add(key);
      stack.push({ done: done | bit, page: next });
    }
  }
  return false;
}
