import { parentPort } from 'node:worker_threads';
import { conclude, planOf, sweepShare } from '../../../harness/model/history/judge.ts';
import { openSource } from '../../../harness/workload/history/file-source.ts';
import { scanHistory } from '../../../harness/workload/history/scan.ts';

/** What a judgement cost, or that the history, which is valid, was not explained. */
export interface Cost {
  readonly operations: number;
  readonly cpuSeconds: number;
  readonly explained: boolean;
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** All that `spf check` does, in one thread. In a worker, because Vitest's imports in between would be measured too. */
async function judge(file: string): Promise<Cost> {
  const before = cpuSeconds();
  const scan = await scanHistory(file);
  const source = openSource(scan);
  const plan = planOf(source);
  const { violations, undecided } = conclude(source, plan, [sweepShare(source, plan)]);
  source.close();
  return {
    operations: scan.survey.operations,
    cpuSeconds: cpuSeconds() - before,
    explained: violations.length + undecided.length === 0,
  };
}

const port = parentPort;
port?.on('message', (file: string) => {
  void judge(file).then((cost) => port.postMessage(cost));
});
