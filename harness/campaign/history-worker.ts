import { parentPort, workerData } from 'node:worker_threads';
import { judgeHistory } from './judge-history.ts';

/** Checking a history is minutes of pure computation; it has a thread of its own so that guests are not kept waiting. */
parentPort?.postMessage(await judgeHistory(workerData as string));
