import fc from 'fast-check';
import type { Finding } from '../../harness/console/finding.ts';
import type { JobObservation } from '../../harness/verdict/index.ts';
import type { ObservedEnd, ObservedExec, ObservedHistory } from '../../harness/verdict/observation.ts';

/** A job with which nothing is wrong; each test changes what it is about. */
export function observe(differs: Partial<JobObservation> = {}): JobObservation {
  return {
    kernel: {
      series: { name: 'spf-v12', counter: 'speculative_pgfault' },
      release: '5.10.223-a',
      dropped: [],
      absentCounter: null,
    },
    workload: { id: 'hammer', produces: 'history' },
    release: '5.10.223-a',
    end: { reason: 'clean', detail: 'powered off as asked' },
    exec: { exitCode: 0, signal: null, timedOut: false, lost: false },
    fault: null,
    findings: [],
    history: history(),
    cases: null,
    outcomes: null,
    emulationDoubt: null,
    mismatches: [],
    taint: { before: 0, after: 0 },
    counters: { spf: 7_700, faults: 10_000, 'vmstat.speculative_pgfault': 7_700, 'vmstat.pgfault': 2_400 },
    expectations: { minSpeculativeShare: 0.4 },
    excused: [],
    unseen: [],
    ...differs,
  };
}

export function history(differs: Partial<ObservedHistory> = {}): ObservedHistory {
  return {
    complete: true,
    doubts: [],
    violations: 0,
    operations: 120_000,
    overlaps: 9_000,
    pagesTouched: 256,
    untoldPages: 0,
    wrongCodePages: 0,
    undecidedPages: 0,
    undecidedReason: null,
    ...differs,
  };
}

export const exec = (differs: Partial<ObservedExec>): ObservedExec => ({
  exitCode: 0,
  signal: null,
  timedOut: false,
  lost: false,
  ...differs,
});

export const end = (reason: ObservedEnd['reason'], detail = `it was ${reason}`): ObservedEnd => ({
  reason,
  detail,
});

export const violation = {
  model: 'history',
  rule: 'lost-write',
  explanation: 'page 17 lost a write',
} as const;

/** A finding of a kind that has no fields of its own. */
export function finding(kind: PlainKind = 'warning', differs: Partial<Common> = {}): Finding {
  return { kind, ...common(kind), ...differs };
}

export function panic(message = 'Fatal exception'): Finding {
  return { kind: 'panic', ...common('panic'), message };
}

type PlainKind =
  'warning' | 'refcount' | 'soft-lockup' | 'rcu-stall' | 'hung-task' | 'memory-leak' | 'oom' | 'reboot';
type Common = Pick<Finding, 'title' | 'corrupted' | 'panicked' | 'signature'>;

const common = (kind: string) => ({
  title: `${kind} in find_vma_rcu`,
  altTitles: [],
  signature: `${kind} find_vma_rcu`,
  blamed: 'find_vma_rcu',
  stack: [],
  lines: { first: 10, last: 20 },
  text: `${kind}\n`,
  count: 1,
});

const signal = fc.constantFrom(null, 'SEGV', 'BUS', 'KILL', 'TERM', 'ABRT');
const share = fc.record(
  { spf: fc.nat(20_000), faults: fc.nat(20_000), childrenLost: fc.nat(2) },
  { requiredKeys: [] },
);

/** Findings that speak against the kernel, and those that speak against what it was given. */
export const accusing = fc.constantFrom(
  finding('warning'),
  finding('refcount'),
  finding('soft-lockup'),
  finding('memory-leak'),
  finding('warning', { corrupted: 'cut' }),
  panic(),
  panic('Attempted to kill init! exitcode=0x0000000b'),
);
export const excusable = fc.constantFrom(
  finding('oom'),
  panic('VFS: Unable to mount root fs on unknown-block(0,0)'),
  panic('Attempted to kill init! exitcode=0x00000100'),
);

const codeMismatch = fc.constantFrom(
  violation,
  {
    model: 'eligibility' as const,
    rule: 'main-stack',
    explanation: 'was speculative',
  },
  {
    model: 'directed' as const,
    rule: 'exchange-while-moved',
    explanation: 'data-lost',
  },
);

/** Everything that can be observed, sensible together or not: a rig that breaks does not break sensibly. */
export const anyObservation: fc.Arbitrary<JobObservation> = fc.record({
  kernel: fc.record({
    series: fc.constantFrom(
      null,
      { name: 's', counter: null },
      { name: 's', counter: 'speculative_pgfault' },
    ),
    release: fc.constantFrom(null, '5.10.223-a', '5.10.223-b'),
    absentCounter: fc.constantFrom(null, 'speculative_pgfault'),
    dropped: fc.subarray([{ symbol: 'KASAN', reason: 'no such symbol' }]),
  }),
  workload: fc.option(
    fc.record({
      id: fc.constant('hammer'),
      produces: fc.constantFrom(
        'history' as const,
        'cases' as const,
        'outcomes' as const,
        'nothing' as const,
      ),
    }),
  ),
  release: fc.constantFrom(null, '5.10.223-a'),
  emulationDoubt: fc.constantFrom(null, 'QEMU does it otherwise'),
  end: fc.option(
    fc.constantFrom('clean', 'panic', 'hang', 'limit', 'cancelled', 'lost').map((reason) => end(reason)),
  ),
  exec: fc.option(
    fc.record({
      exitCode: fc.constantFrom(null, 0, 1, 3, 137, 139),
      signal,
      timedOut: fc.boolean(),
      lost: fc.boolean(),
    }),
  ),
  fault: fc.option(
    fc.record({ culprit: fc.constantFrom('tool', 'harness', null), message: fc.constant('no space left') }),
  ),
  findings: fc.array(fc.oneof(accusing, excusable), { maxLength: 3 }),
  history: fc.option(
    fc.record({
      complete: fc.boolean(),
      doubts: fc.subarray(['a chunk was cut']),
      violations: fc.constantFrom(0, 0, 1),
      operations: fc.nat(1000),
      overlaps: fc.nat(2),
      pagesTouched: fc.integer({ min: 1, max: 64 }),
      untoldPages: fc.nat(3),
      wrongCodePages: fc.nat(3),
      undecidedPages: fc.nat(3),
      undecidedReason: fc.constantFrom(null, 'too many configurations'),
    }),
  ),
  cases: fc.option(fc.record({ judged: fc.nat(2), skipped: fc.subarray(['no NUMA']) })),
  outcomes: fc.option(fc.record({ judged: fc.nat(2), skipped: fc.subarray(['no zram']) })),
  mismatches: fc.array(codeMismatch, { maxLength: 2 }),
  taint: fc.option(
    fc.record({ before: fc.constantFrom(0, 512), after: fc.constantFrom(null, 0, 512, 128, 4096, 16) }),
  ),
  counters: share.map((counters) =>
    Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== undefined)),
  ),
  expectations: fc.constantFrom(
    {},
    { minSpeculativeShare: 0.4 },
    { speculation: 'off' as const },
    { measuresOnly: true },
    { counters: { childrenLost: { max: 0 } } },
  ),
  excused: fc.subarray([{ id: 'known', reason: 'it is known since long ago', count: 1 }]),
  unseen: fc.subarray(['known-too']),
});

/** The same with all evidence against the kernel taken out: whatever is left is the rig's. */
export const rigOnly: fc.Arbitrary<JobObservation> = fc
  .tuple(anyObservation, fc.array(excusable, { maxLength: 2 }))
  .map(([job, findings]) => ({
    ...job,
    findings,
    mismatches: [],
    history: job.history && { ...job.history, violations: 0 },
    taint: job.taint && { before: job.taint.before, after: job.taint.before },
    exec: job.exec && { ...job.exec, ...(isFaultSignal(job.exec) && { exitCode: 1, signal: 'KILL' }) },
    end: job.end && (['panic', 'hang'].includes(job.end.reason) ? end('lost') : job.end),
    counters: {},
  }));

const isFaultSignal = ({ signal, exitCode }: ObservedExec): boolean =>
  signal === 'SEGV' || signal === 'BUS' || exitCode === 139;
