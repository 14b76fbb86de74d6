import type { Finding } from '../../../harness/console/finding.ts';
import type { JobRecord, KernelRecord, Mismatch, RunRecord } from '../../../harness/store/record.ts';
import { evaluateArchitectures, evaluateRun } from '../../../harness/verdict/index.ts';

/** Records as a run writes them, whole by default; each function takes what differs. */

const sha = (digit: string): string => digit.repeat(64);

export function kernel(differs: Partial<KernelRecord> = {}): KernelRecord {
  return {
    id: 'x86_64-series-race',
    arch: 'x86_64',
    profile: 'race',
    base: { spec: 'debian:5.10', version: '5.10.223-1', servedBy: 'apt mirror, suite bullseye' },
    series: { name: 'spf-v12', hash: sha('5') },
    patches: [
      {
        number: 1,
        title: 'mm: introduce CONFIG_SPECULATIVE_PAGE_FAULT',
        file: '0001.patch',
        sha256: sha('1'),
      },
      {
        number: 21,
        title: 'mm: protect the RB tree with a sequence lock',
        file: '0021.patch',
        sha256: sha('2'),
      },
    ],
    release: '5.10.223-spf-v12-race-1a2b3c4d',
    configHash: sha('c'),
    compiler: 'gcc (Debian 12.2.0-14) 12.2.0',
    symbols: { asked: 94, got: 94, dropped: [] },
    warnings: [],
    buildSeconds: 231.4,
    cached: false,
    files: { image: 'bzImage', vmlinux: 'vmlinux', config: 'config' },
    ...differs,
  };
}

export function job(differs: Partial<JobRecord> = {}): JobRecord {
  const { id = 'x86_64-series-race-hammer', workload = 'hammer', profile = 'race' } = differs;
  return {
    id,
    arch: 'x86_64',
    kernel: 'x86_64-series-race',
    profile: 'race',
    workload: 'hammer',
    args: ['--faulters', '2', '--mappers', '2'],
    seed: 481_516,
    duration: 60,
    status: 'PASS',
    culprit: null,
    reason: '9 checks passed',
    confidence: 'none',
    end: { reason: 'clean', detail: 'powered off as asked' },
    bootSeconds: 2.1,
    runSeconds: 60.8,
    release: '5.10.223-spf-v12-race-1a2b3c4d',
    acceleration: { kind: 'tcg', reason: 'a guest under KVM printed nothing' },
    taint: { before: 0, after: 0 },
    counters: {
      'speculative.share': 0.7719,
      spf: 202_449,
      faults: 262_275,
      'vmstat.pgfault': 61_402,
      'vmstat.speculative_pgfault': 202_449,
      accesses: 3_418_202,
      signals: 9_911,
    },
    checks: [
      { name: 'kernel.release', status: 'PASS', detail: 'uname -r is 5.10.223-spf-v12-race-1a2b3c4d' },
      { name: 'console.clean', status: 'PASS', detail: 'the kernel complained of nothing' },
      {
        name: 'history.explained',
        status: 'PASS',
        detail: 'an order explains 3428113 operations on 512 pages',
      },
      {
        name: 'counters.speculative-share',
        status: 'PASS',
        detail:
          '77.2 % of 262275 faults were speculative (perf events of the workload), at least 40.0 % expected',
      },
    ],
    findings: [],
    mismatches: [],
    reproduce: `npx spf run default --arch x86_64 --kernel series --profile ${profile} --workload ${workload} --repeat 1 --seed 481516`,
    files: {
      console: `jobs/${id}/console.log`,
      history: `jobs/${id}/history.bin`,
      repro: `jobs/${id}/repro.sh`,
    },
    ...differs,
  };
}

export function run(differs: Partial<RunRecord> & { readonly cancelled?: boolean } = {}): RunRecord {
  const { cancelled = false, ...rest } = differs;
  const kernels = rest.kernels ?? [kernel()];
  const jobs = rest.jobs ?? [job()];
  return {
    schema: 'spf-harness/run/1',
    runId: '20261123-040501-3f9a',
    plan: { name: 'default', file: 'kernel-config/plans/default.yaml', sha256: sha('a') },
    startedAt: '2026-11-23T04:05:01.000Z',
    seconds: 412.6,
    harness: { version: '0.1.0', commit: 'bf92e3e0c0ffee00bf92e3e0c0ffee00bf92e3e0' },
    host: {
      cpus: 2,
      memoryMiB: 23_552,
      release: '6.1.0-38-amd64',
      qemu: 'QEMU emulator version 7.2.17',
      acceleration: 'tcg',
      accelerationReason: 'a guest under KVM printed nothing in 5 s',
    },
    kernels,
    jobs,
    verdict: evaluateRun({ kernels, jobs, cancelled }),
    architectures: evaluateArchitectures({ kernels, jobs, cancelled }),
    ...rest,
  };
}

type Operation = Mismatch['operations'][number];

export function operation(
  thread: number,
  op: string,
  text: string,
  startMicros: number,
  endMicros: number,
  guilty = false,
): Operation {
  const role = thread < 2 ? 'faulter' : 'mapper';
  return { thread, role, op, text: `T${thread} ${text}`, startMicros, endMicros, guilty };
}

export function mismatch(differs: Partial<Mismatch> = {}): Mismatch {
  return {
    model: 'history',
    rule: 'lost-write',
    signature: 'history lost-write XCHG MOVE',
    explanation:
      'page 17: T0 read 0 after T1 had stored 0x1000000004f2, and no call in between could have emptied the page',
    pages: [17, 41],
    operations: [
      operation(2, 'MAP', 'maps pages 16-19 read-write', 0, 6.2),
      operation(0, 'XCHG', 'exchanges 0x4d1 on page 17, finds 0', 7.1, 9.4),
      operation(1, 'XCHG', 'exchanges 0x1000000004f2 on page 17, finds 0x4d1', 11.2, 12.9),
      operation(3, 'MOVE', 'moves page 41 to page 44', 12.1, 31.7),
      operation(1, 'READ', 'reads page 17, finds 0x1000000004f2', 18.4, 18.6),
      operation(0, 'READ', 'reads page 17, finds 0', 26.3, 29.8, true),
      operation(2, 'FORK', 'forks, number 3', 33, 45.1),
      operation(2, 'CHILD_READ', 'child of fork 3 reads page 17, finds 0', 33, 45.1),
    ],
    possible: ['page 17: mapped read-write, holds 0x1000000004f2'],
    ...differs,
  };
}

export function kasan(differs: Partial<Extract<Finding, { kind: 'kasan' }>> = {}): Finding {
  return {
    kind: 'kasan',
    title: 'KASAN: use-after-free Read in find_vma_rcu',
    altTitles: ['bad-access in find_vma_rcu'],
    signature: 'kasan use-after-free Read find_vma_rcu',
    blamed: 'find_vma_rcu',
    stack: [
      { function: 'dump_stack', offset: 0x8b, size: 0xb0, file: 'lib/dump_stack.c', line: 118 },
      {
        function: 'find_vma_rcu',
        offset: 0x8c,
        size: 0x1d0,
        file: 'mm/mmap.c',
        line: 2412,
        inlined: [
          { function: 'atomic_inc', file: 'include/asm-generic/atomic-instrumented.h', line: 240 },
          { function: 'get_vma', file: 'mm/internal.h', line: 45 },
        ],
      },
      { function: '__handle_speculative_fault', offset: 0x6e, size: 0x9a0, file: 'mm/memory.c', line: 4702 },
      { function: 'handle_mm_fault', offset: 0x12, size: 0x300, unreliable: true },
      { function: 'exc_page_fault', offset: 0x70, size: 0x130, file: 'arch/x86/mm/fault.c', line: 1488 },
    ],
    task: { comm: 'hammer', pid: 214 },
    cpu: 1,
    lines: { first: 188, last: 241 },
    text: [
      '==================================================================',
      'BUG: KASAN: use-after-free in find_vma_rcu+0x8c/0x1d0',
      'Read of size 8 at addr ffff888006a1c2d8 by task hammer/214',
    ].join('\n'),
    panicked: 'Fatal exception',
    count: 3,
    bug: 'use-after-free',
    access: { direction: 'Read', size: 8, address: 'ffff888006a1c2d8' },
    allocatedBy: [
      { function: 'vm_area_alloc', offset: 0x20, size: 0x90, file: 'kernel/fork.c', line: 346 },
      { function: 'mmap_region', offset: 0x41c, size: 0x9f0, file: 'mm/mmap.c', line: 1812 },
    ],
    freedBy: [
      { function: 'kmem_cache_free', offset: 0x97, size: 0x2a0, file: 'mm/slub.c', line: 3162 },
      { function: '__free_vma', offset: 0x3c, size: 0x60, file: 'mm/mmap.c', line: 181 },
    ],
    ...differs,
  };
}

export function vmBugOn(): Finding {
  return {
    kind: 'vm-bug-on',
    title: 'kernel BUG in __free_vma',
    altTitles: [],
    signature: 'vm-bug-on __free_vma',
    blamed: '__free_vma',
    stack: [
      { function: '__free_vma', offset: 0x5a, size: 0x60, file: 'mm/mmap.c', line: 179 },
      { function: 'remove_vma', offset: 0x30, size: 0x70 },
    ],
    corrupted: "mixed with another CPU's report",
    lines: { first: 260, last: 301 },
    text: 'vma ffff888006a1c2d8 start 00007f1c54000000 end 00007f1c54004000\nkernel BUG at mm/mmap.c:179!',
    count: 1,
    file: 'mm/mmap.c',
    line: 179,
    dump: {
      what: 'vma',
      fields: {
        vma: 'ffff888006a1c2d8',
        start: '00007f1c54000000',
        end: '00007f1c54004000',
        prot: '8000000000000025',
      },
    },
  };
}

/** Text that no writer may pass through: markup, control characters, an escape sequence, a lone surrogate, a new line. */
export const nasty = `<script>alert("1")</script> & ' ]]> #\u0000\u0007\u001b[31m\ud800 \u2028x\nnot ok 9 - forged`;
