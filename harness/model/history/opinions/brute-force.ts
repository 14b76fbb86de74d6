import type { HistoryRecord } from '../types.ts';
import { applied, precedes, type Page } from './page.ts';

/** Tries every permutation. For up to seven operations: no memory, no cleverness, nothing to be wrong. */
export function bruteForce(records: readonly HistoryRecord[], initial: Page, skew: bigint): boolean {
  return permutations(records).some((order) => {
    const inTime = order.every((record, at) =>
      order.slice(at + 1).every((later) => !precedes(later, record, skew)),
    );
    if (!inTime) return false;
    let page: Page | null = initial;
    for (const record of order) page = page === null ? null : applied(page, record);
    return page !== null;
  });
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
