import type { RunRecord } from '../../../harness/store/record.ts';
import { job, run } from './build.ts';

/** QEMU was killed from outside in one job, and another's kernel was never built. */
export function rigFaultRun(): RunRecord {
  return run({
    jobs: [
      job({
        status: 'ERROR',
        culprit: 'tool',
        reason: 'QEMU was killed by SIGKILL',
        end: { reason: 'lost', detail: 'QEMU was killed by SIGKILL' },
        taint: { before: 0, after: null },
        checks: [{ name: 'machine.ended-clean', status: 'ERROR', detail: 'QEMU was killed by SIGKILL' }],
      }),
      job({
        id: 'ppc64-series-race-hammer',
        arch: 'ppc64',
        kernel: 'ppc64-series-race',
        status: 'MISS',
        culprit: 'tool',
        reason: 'no space left to write the kernel: its disk has 0.0 MiB free',
        end: null,
        bootSeconds: null,
        runSeconds: null,
        release: null,
        acceleration: null,
        taint: null,
        counters: {},
        checks: [],
      }),
      job({
        id: 'x86_64-series-race-bench',
        status: 'SKIP',
        reason: 'not asked for',
        checks: [],
        counters: {},
      }),
    ],
  });
}
