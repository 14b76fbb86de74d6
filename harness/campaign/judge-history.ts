import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { conclude, planOf, sweepShare, type Plan, type Swept } from '../model/history/judge.ts';
import { historyMismatches } from '../model/history/mismatches.ts';
import { observeHistory, type ObservedHistory } from '../verdict/index.ts';
import type { Mismatch } from '../verdict/mismatch.ts';
import { openSource } from '../workload/history/file-source.ts';
import { scanHistory, type Scan } from '../workload/history/scan.ts';

/** What a history means, as plain data that crosses a thread boundary. */
export interface JudgedHistory {
  readonly observed: ObservedHistory;
  readonly mismatches: readonly Mismatch[];
}

/** What a thread gets that sweeps some of the pages. */
export interface Share {
  readonly scan: Scan;
  readonly plan: Plan;
  readonly share: number;
  readonly of: number;
}

/** Below this many operations another thread costs more than it brings. */
const WORTH_SHARING = 2_000_000;

/**
 * Three passes: is the file a history at all, sweep its pages (shared between threads when it is long), explain what has
 * no explanation.
 * @param file a history.bin, whole or cut. @throws UsageError when it is damaged: there is no verdict then.
 */
export async function judgeHistory(file: string, threads = availableParallelism()): Promise<JudgedHistory> {
  const scan = await scanHistory(file);
  const source = openSource(scan);
  try {
    const plan = planOf(source);
    const of = scan.survey.operations < WORTH_SHARING ? 1 : Math.max(1, threads);
    const others = Array.from({ length: of - 1 }, (_, at) => elsewhere({ scan, plan, share: at + 1, of }));
    const own = sweepShare(source, plan, {}, 0, of);
    const report = conclude(source, plan, [own, ...(await Promise.all(others))]);
    const { complete, header, roles } = scan;
    return {
      observed: observeHistory({ complete, doubts: [] }, report),
      mismatches: historyMismatches({ header, roles }, report),
    };
  } finally {
    source.close();
  }
}

function elsewhere(share: Share): Promise<Swept> {
  const worker = new Worker(new URL('./share-worker.ts', import.meta.url), { workerData: share });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread of the history checker ended silently')));
  });
}
