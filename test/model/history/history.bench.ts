import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, bench, describe } from 'vitest';
import type { Cost } from './bench-worker.ts';
import { generateFile, type GeneratorOptions } from './generate.ts';

/** SPF_OPERATIONS=10000000 is the size of docs/history-checker.md's figures. */
const OPERATIONS = Number(process.env['SPF_OPERATIONS'] ?? 1_000_000);

const directory = mkdtempSync(join(tmpdir(), 'spf-bench-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Shape = Pick<GeneratorOptions, 'pages' | 'flips' | 'owners'> & { readonly times?: number };
const shapes: Readonly<Record<string, Shape>> = {
  'instant calls, 1,000 pages': { pages: 1000, flips: false, owners: 1 },
  'instant calls, 16 pages': { pages: 16, flips: false, owners: 1 },
  'flips, 1,000 pages, one owner': { pages: 1000, flips: true, owners: 1 },
  'flips, 1,000 pages, two owners': { pages: 1000, flips: true, owners: 2 },
  'flips, 16 pages, one owner': { pages: 16, flips: true, owners: 1 },
  'flips, 16 pages, two owners': { pages: 16, flips: true, owners: 2 },
  'instant calls, 1,000 pages, a tenth of the operations': {
    pages: 1000,
    flips: false,
    owners: 1,
    times: 0.1,
  },
};

const worker = new Worker(new URL('./bench-worker.ts', import.meta.url));
afterAll(() => worker.terminate());

async function judge(file: string): Promise<Cost> {
  worker.postMessage(file);
  const [cost] = (await once(worker, 'message')) as [Cost];
  if (!cost.explained) throw new Error(`${file} was not explained`);
  return cost;
}

describe(`judging ${OPERATIONS} operations of 8 threads, scan and sweep`, () => {
  for (const [name, { times = 1, ...shape }] of Object.entries(shapes)) {
    const file = join(directory, `${name}.bin`);
    let best = 0;
    bench(
      name,
      async () => {
        const { operations, cpuSeconds } = await judge(file);
        best = Math.max(best, operations / cpuSeconds / 1e6);
      },
      {
        iterations: 3,
        time: 0,
        warmupIterations: 1,
        warmupTime: 0,
        setup: (_, mode) => {
          if (mode === 'warmup')
            generateFile(file, {
              ...{ seed: 1, operations: OPERATIONS * times, threads: 8, structural: 0.1 },
              ...shape,
            });
        },
        teardown: (_, mode) => {
          if (mode !== 'run') return;
          console.info(`${name}: ${best.toFixed(2)} million operations a CPU second`);
          rmSync(file);
        },
      },
    );
  }
});
