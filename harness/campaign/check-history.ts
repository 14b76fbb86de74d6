import { Worker } from 'node:worker_threads';
import { CancelledError } from '../base/errors.ts';
import type { JudgedHistory } from './judge-history.ts';

/** Read and check `file` in a worker thread. @throws CancelledError when `signal` fires first. */
export async function checkHistoryFile(file: string, signal: AbortSignal): Promise<JudgedHistory> {
  const worker = new Worker(new URL('./history-worker.ts', import.meta.url), { workerData: file });
  const cancel = () => void worker.terminate();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await new Promise<JudgedHistory>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => {
        reject(
          signal.aborted ? new CancelledError('cancelled') : new Error('the history checker ended silently'),
        );
      });
    });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
