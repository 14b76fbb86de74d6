import { describe, expect, test } from 'vitest';
import { evaluateJob, skippedJob, type JobObservation } from '../../harness/verdict/index.ts';
import { end, exec, finding, history, observe, panic, violation } from './observations.ts';

const died = { exec: null, history: null, taint: { before: 0, after: null } };
const base = { series: null, absentCounter: null, release: '5.10.223-a', dropped: [] };
const tool = { culprit: 'tool', message: 'no space left' } as const;
const cases = {
  workload: { id: 'spf-counters', produces: 'cases' as const },
  history: null,
};

/** What happened, and what it has to mean: status, culprit, confidence, the check that says so, words of the reason. */
const table: Record<string, [Partial<JobObservation>, string, string | null, string, RegExp]> = {
  'all is well': [{}, 'PASS', null, 'kernel.release', /checks passed/],
  'a measurement': [{ expectations: { measuresOnly: true } }, 'DONE', null, 'kernel.release', /passed/],

  'a warning': [{ findings: [finding()] }, 'FAIL', 'code', 'console.clean', /warning in find_vma_rcu/],
  'the cause before the panic': [
    { ...died, end: end('panic'), findings: [finding(), panic()] },
    'FAIL',
    'code',
    'console.clean',
    /^warning in find_vma_rcu, and 1 other finding$/,
  ],
  'a panic without words': [{ ...died, end: end('panic') }, 'FAIL', 'code', 'machine.ended-clean', /panic/],
  'no root file system': [
    {
      ...died,
      release: null,
      end: end('panic'),
      findings: [panic('VFS: Unable to mount root fs on unknown-block')],
    },
    'ERROR',
    'harness',
    'console.clean',
    /guest image was not found/,
  ],
  'init killed by a signal': [
    { ...died, end: end('panic'), findings: [panic('Attempted to kill init! exitcode=0x0000000b')] },
    'FAIL',
    'code',
    'console.clean',
    /panic/,
  ],
  'out of memory, then deadlocked on it': [
    {
      ...died,
      end: end('panic'),
      findings: [finding('oom', { panicked: 'System is deadlocked on memory' })],
    },
    'ERROR',
    'harness',
    'console.clean',
    /too little memory/,
  ],
  'two panics, one of them the kernel’s own': [
    {
      ...died,
      end: end('panic'),
      findings: [panic('No working init found'), finding('oom', { panicked: 'Fatal exception' })],
    },
    'FAIL',
    'code',
    'machine.ended-clean',
    /panic/,
  ],
  'a hang': [{ ...died, end: end('hang') }, 'FAIL', 'code', 'machine.ended-clean', /hang/],
  'no answer after boot': [
    { ...died, release: null, end: end('hang') },
    'ERROR',
    'harness',
    'machine.booted',
    /never/,
  ],
  'QEMU killed from outside': [{ ...died, end: end('lost') }, 'ERROR', 'tool', 'machine.ended-clean', /lost/],
  'QEMU killed after a finding': [
    { ...died, end: end('lost'), findings: [finding()] },
    'FAIL',
    'code',
    'console.clean',
    /warning/,
  ],
  'a full disk before anything ran': [
    { ...died, release: null, end: null, fault: tool },
    'MISS',
    'tool',
    'rig.intact',
    /no space/,
  ],
  'a full disk in the middle': [{ fault: tool }, 'ERROR', 'tool', 'rig.intact', /no space/],
  'cancelled while running': [
    { ...died, end: end('cancelled') },
    'ERROR',
    null,
    'machine.ended-clean',
    /cancelled/,
  ],
  'out of time': [{ ...died, end: end('limit') }, 'ERROR', 'harness', 'machine.ended-clean', /time ran out/],

  'another kernel answered': [
    { release: '5.10.0-cloud', findings: [finding()] },
    'ERROR',
    'harness',
    'kernel.release',
    /5.10.0-cloud, but 5.10.223-a was built/,
  ],
  'a new taint': [
    { taint: { before: 0, after: 512 } },
    'FAIL',
    'code',
    'kernel.taint-unchanged',
    /W \(the kernel warned/,
  ],
  'a machine check': [
    { taint: { before: 0, after: 16 } },
    'ERROR',
    'tool',
    'kernel.taint-unchanged',
    /machine check/,
  ],
  'a taint from before': [
    { taint: { before: 4609, after: 4609 } },
    'PASS',
    null,
    'kernel.taint-unchanged',
    /passed/,
  ],

  'a lost write': [{ mismatches: [violation] }, 'FAIL', 'code', 'history.explained', /lost-write.*page 17/],
  'a violation that was only counted': [
    { history: history({ violations: 2 }) },
    'FAIL',
    'code',
    'history.explained',
    /^2 violations$/,
  ],
  'nothing overlapped': [
    { history: history({ overlaps: 0 }) },
    'ERROR',
    'harness',
    'history.raced',
    /nothing is proved/,
  ],
  'no history': [{ history: null }, 'ERROR', 'harness', 'history.complete', /left no history/],
  'a cut history of a machine that was well': [
    { history: history({ complete: false }) },
    'ERROR',
    'harness',
    'history.complete',
    /no end mark/,
  ],
  'a series that is off and counts': [
    { kernel: { ...base, absentCounter: 'speculative_pgfault' } },
    'FAIL',
    'code',
    'counters.absent-when-off',
    /though the symbol of the series is off/,
  ],
  'a series that is off': [
    {
      kernel: { ...base, absentCounter: 'speculative_pgfault' },
      counters: { 'vmstat.pgfault': 2_400 },
      expectations: {},
    },
    'PASS',
    null,
    'counters.absent-when-off',
    /checks passed/,
  ],
  'too many pages undecided': [
    { history: history({ undecidedPages: 100, undecidedReason: 'bound' }) },
    'ERROR',
    'harness',
    'history.decided',
    /100 of 256 pages/,
  ],
  'a page undecided': [
    { history: history({ undecidedPages: 1 }) },
    'PASS',
    null,
    'history.decided',
    /1 could not be made/,
  ],

  'workload dies of SIGSEGV': [
    { exec: exec({ exitCode: null, signal: 'SEGV' }) },
    'FAIL',
    'code',
    'workload.completed',
    /SIGSEGV/,
  ],
  'the same through sh -c': [
    { exec: exec({ exitCode: 139 }) },
    'FAIL',
    'code',
    'workload.completed',
    /SIGSEGV/,
  ],
  'workload killed': [{ exec: exec({ exitCode: 137 }) }, 'ERROR', 'harness', 'workload.completed', /SIGKILL/],
  'workload cannot set up': [
    { exec: exec({ exitCode: 3 }) },
    'ERROR',
    'harness',
    'workload.completed',
    /set itself up/,
  ],
  'workload fails': [
    { exec: exec({ exitCode: 1 }) },
    'ERROR',
    'harness',
    'workload.completed',
    /exit code 1/,
  ],
  'workload too slow': [
    { exec: exec({ timedOut: true }) },
    'ERROR',
    'harness',
    'workload.completed',
    /in time/,
  ],
  'connection lost': [
    { exec: exec({ lost: true }) },
    'ERROR',
    'tool',
    'workload.completed',
    /not seen to end/,
  ],

  'too little speculation': [
    { counters: { spf: 3_000, faults: 10_000 } },
    'FAIL',
    'code',
    'counters.speculative-share',
    /30.0 % of 10000 faults.*40.0 % expected/,
  ],
  'too few faults to say': [
    { counters: { spf: 30, faults: 100 } },
    'ERROR',
    'harness',
    'counters.speculative-share',
    /too few/,
  ],
  'vmstat when there is no perf event': [
    { counters: { 'vmstat.speculative_pgfault': 3_000, 'vmstat.pgfault': 7_000 } },
    'FAIL',
    'code',
    'counters.speculative-share',
    /30.0 % of 10000 faults.*vmstat/,
  ],
  'no counter': [{ counters: {} }, 'ERROR', 'harness', 'counters.speculative-share', /no counter/],
  'speculation while off': [
    {
      expectations: { speculation: 'off' },
      counters: { spf: 0, faults: 9, ...{ 'vmstat.speculative_pgfault': 2 }, 'vmstat.pgfault': 7 },
    },
    'FAIL',
    'code',
    'counters.zero-when-off',
    /^2 faults were speculative \(\/proc\/vmstat/,
  ],
  'none while off': [
    { expectations: { speculation: 'off' }, counters: { spf: 0, faults: 9_000 } },
    'PASS',
    null,
    'counters.zero-when-off',
    /passed/,
  ],
  'a broken bound': [
    { expectations: { counters: { childrenLost: { max: 0 } } }, counters: { childrenLost: 3 } },
    'FAIL',
    'code',
    'counters.in-bounds',
    /childrenLost is 3, at most 0 expected/,
  ],
  'a bound on what was not counted': [
    { expectations: { counters: { childrenLost: { max: 0 } } } },
    'ERROR',
    'harness',
    'counters.in-bounds',
    /not counted: childrenLost/,
  ],
  'more kept than before': [
    { counters: { 'kept.vm_area_struct': 61, 'kept.PageTables': 8 }, expectations: {} },
    'FAIL',
    'code',
    'memory.returned',
    /keeps more than before the workload: vm_area_struct 61$/,
  ],
  'nothing kept': [
    { counters: { 'kept.vm_area_struct': 3, 'kept.PageTables': -8 }, expectations: {} },
    'PASS',
    null,
    'memory.returned',
    /passed/,
  ],

  'cases as predicted': [
    { ...cases, expectations: {}, cases: { judged: 20, skipped: ['no NUMA'] } },
    'PASS',
    null,
    'eligibility.as-predicted',
    /passed/,
  ],
  'a case not as predicted': [
    {
      ...cases,
      cases: { judged: 20, skipped: [] },
      mismatches: [{ model: 'eligibility', rule: 'main-stack', explanation: 'was speculative' }],
    },
    'FAIL',
    'code',
    'eligibility.as-predicted',
    /main-stack: was speculative/,
  ],
  'no case at all': [
    { ...cases, expectations: {}, cases: { judged: 0, skipped: ['not root'] } },
    'ERROR',
    'harness',
    'eligibility.as-predicted',
    /not root/,
  ],
};

describe('one job', () => {
  test.each(Object.entries(table))('%s', (_, [differs, status, culprit, check, reason]) => {
    const outcome = evaluateJob(observe(differs));
    expect(outcome).toMatchObject({ status, culprit, reason: expect.stringMatching(reason) as string });
    const named = outcome.checks.find(({ name }) => name === check);
    expect(named).toBeDefined();
    if (culprit !== null) expect(named?.status).toBe(status);
  });

  test.each([
    ['certain', { findings: [finding('refcount')] }],
    ['certain', { mismatches: [violation] }],
    [
      'certain',
      { ...died, end: end('panic'), findings: [finding('warning', { panicked: 'Fatal exception' })] },
    ],
    ['likely', { ...died, end: end('panic') }],
    ['likely', { ...died, end: end('hang') }],
    ['likely', { findings: [finding('soft-lockup')] }],
    ['likely', { mismatches: [violation], emulationDoubt: 'QEMU does it otherwise' }],
    ['likely', { findings: [finding('warning', { corrupted: 'cut' })] }],
    ['certain', { findings: [finding('soft-lockup'), finding()] }],
    ['none', {}],
  ] as const)('is %s of %j', (confidence, differs) => {
    expect(evaluateJob(observe(differs)).confidence).toBe(confidence);
  });

  test('says nothing about a sanitizer that the kernel does not have', () => {
    const dropped = [{ symbol: 'KASAN', reason: 'not available on this base' }];
    const { checks, status } = evaluateJob(observe({ kernel: { ...base, dropped } }));
    expect(status).toBe('PASS');
    expect(checks).toContainEqual({
      name: 'sanitizer.kasan',
      status: 'SKIP',
      detail:
        'KASAN is not in this kernel: not available on this base; nothing watched use after free and out-of-bounds accesses',
    });
  });

  test('asks a base kernel for no speculation', () => {
    const { checks, derived } = evaluateJob(observe({ kernel: base, counters: {} }));
    expect(checks.filter(({ name }) => name.startsWith('counters.'))).toEqual([]);
    expect(derived).toEqual({});
  });

  test('hands on the share of speculative faults', () => {
    expect(evaluateJob(observe()).derived).toEqual({ 'speculative.share': 0.77 });
  });

  test('what a dead machine could not deliver is a consequence, not a second fault', () => {
    const { checks } = evaluateJob(observe({ ...died, end: end('panic'), counters: {} }));
    expect(
      checks.filter(({ status }) => status !== 'PASS' && status !== 'SKIP').map(({ name }) => name),
    ).toEqual(['machine.ended-clean']);
  });

  test('a job that only boots passes without a workload', () => {
    const boot = { workload: null, exec: null, history: null, expectations: {} };
    expect(evaluateJob(observe(boot)).status).toBe('PASS');
  });

  test('a skipped job is nobody’s fault', () => {
    expect(skippedJob('ppc64 only')).toMatchObject({ status: 'SKIP', culprit: null, reason: 'ppc64 only' });
  });
});
