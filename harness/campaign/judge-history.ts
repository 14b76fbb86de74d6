import { checkHistory } from '../model/history/check.ts';
import { historyMismatches } from '../model/history/mismatches.ts';
import { observeHistory, type ObservedHistory } from '../verdict/index.ts';
import type { Mismatch } from '../verdict/mismatch.ts';
import { readHistory } from '../workload/history/reader.ts';

/** What a history means, as plain data that crosses a thread boundary. */
export interface JudgedHistory {
  readonly observed: ObservedHistory;
  readonly mismatches: readonly Mismatch[];
}

/** @param file a history.bin, whole or cut. */
export async function judgeHistory(file: string): Promise<JudgedHistory> {
  const history = await readHistory(file);
  const report = checkHistory(history);
  return { observed: observeHistory(history, report), mismatches: historyMismatches(history, report) };
}
