import type { RunRecord } from '../../../harness/store/record.ts';
import { job, kasan, kernel, mismatch, run, vmBugOn } from './build.ts';

/** The kernel is at fault twice over: KASAN and VM_BUG_ON in one job, an inexplicable history in another. */
export function kasanRun(): RunRecord {
  const kasanKernel = kernel({
    id: 'x86_64-series-kasan',
    profile: 'kasan',
    release: '5.10.223-spf-v12-kasan-77ee66dd',
    symbols: {
      asked: 131,
      got: 129,
      dropped: [
        { symbol: 'DEBUG_PAGEALLOC', asked: 'y', reason: 'KASAN excludes it: depends on !KASAN' },
        { symbol: 'KCSAN', asked: 'y', reason: 'no such symbol on this base' },
      ],
    },
    warnings: [{ file: 'mm/mmap.c', line: 2405, text: "unused variable 'seq' [-Wunused-variable]" }],
    buildSeconds: 541,
  });
  return run({
    kernels: [kernel(), kasanKernel],
    jobs: [
      job({
        id: 'x86_64-series-kasan-hammer',
        kernel: 'x86_64-series-kasan',
        profile: 'kasan',
        release: '5.10.223-spf-v12-kasan-77ee66dd',
        status: 'FAIL',
        culprit: 'code',
        confidence: 'certain',
        reason: 'KASAN: use-after-free Read in find_vma_rcu, and 1 other finding',
        end: {
          reason: 'panic',
          detail: 'the kernel rebooted after "Kernel panic - not syncing: Fatal exception"',
        },
        runSeconds: 17.3,
        bootSeconds: 10.4,
        taint: { before: 0, after: null },
        counters: { 'speculative.share': 0.61, spf: 8_211, faults: 13_460 },
        checks: [
          { name: 'console.clean', status: 'FAIL', detail: 'KASAN: use-after-free Read in find_vma_rcu' },
          {
            name: 'machine.ended-clean',
            status: 'FAIL',
            detail: 'Kernel panic - not syncing: Fatal exception',
          },
          { name: 'workload.completed', status: 'SKIP', detail: 'the machine ended first (panic)' },
        ],
        findings: [kasan(), vmBugOn()],
      }),
      job({
        status: 'FAIL',
        culprit: 'code',
        confidence: 'certain',
        reason: '1 violation (lost-write): page 17 lost a write',
        checks: [
          {
            name: 'history.explained',
            status: 'FAIL',
            detail: '1 violation (lost-write): page 17 lost a write',
          },
        ],
        mismatches: [mismatch()],
      }),
      job({
        id: 'x86_64-series-race-exit-storm',
        workload: 'exit-storm',
        args: [],
        counters: { childrenLost: 0 },
      }),
    ],
  });
}
