import { parentPort, workerData } from 'node:worker_threads';
import { sweepShare } from '../model/history/judge.ts';
import { openSource } from '../workload/history/file-source.ts';
import type { Share } from './judge-history.ts';

/** Sweeps its share of a history's pages; the file is read by every thread, the pages are judged by one each. */
const { scan, plan, share, of } = workerData as Share;
const source = openSource(scan);
parentPort?.postMessage(sweepShare(source, plan, {}, share, of));
source.close();
