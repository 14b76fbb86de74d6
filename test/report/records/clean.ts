import type { RunRecord } from '../../../harness/store/record.ts';
import { job, kernel, run } from './build.ts';

/** A clean run on two kernels, one of them without KASAN. */
export function cleanRun(): RunRecord {
  const base = kernel({
    id: 'x86_64-base-race',
    series: null,
    patches: [],
    release: '5.10.223-base-race-99aa88bb',
    warnings: null,
    cached: true,
    symbols: {
      asked: 94,
      got: 93,
      dropped: [{ symbol: 'DEBUG_VM_RB', asked: 'y', reason: 'depends on DEBUG_VM, which is n' }],
    },
  });
  return run({
    kernels: [kernel(), base],
    jobs: [
      job(),
      job({
        id: 'x86_64-series-race-counters',
        workload: 'spf-counters',
        args: [],
        runSeconds: 4.2,
        reason: '7 checks passed',
        counters: { cases: 31 },
      }),
      job({
        id: 'x86_64-base-race-hammer',
        kernel: 'x86_64-base-race',
        release: '5.10.223-base-race-99aa88bb',
        counters: { accesses: 2_991_407, 'vmstat.pgfault': 281_993 },
        checks: [
          {
            name: 'sanitizer.debug-vm-rb',
            status: 'SKIP',
            detail:
              'DEBUG_VM_RB is not in this kernel: depends on DEBUG_VM, which is n; nothing watched the VMA tree',
          },
        ],
      }),
      job({ id: 'x86_64-series-race-bench', status: 'DONE', reason: 'measured', counters: {} }),
    ],
  });
}
