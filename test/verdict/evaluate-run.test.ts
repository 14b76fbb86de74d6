import { describe, expect, test } from 'vitest';
import { evaluateRun } from '../../harness/verdict/index.ts';
import type { JudgedJob } from '../../harness/verdict/blame.ts';

const kernels = [
  { id: 'series', series: { name: 'spf-v12' } },
  { id: 'base', series: null },
];

const job = (differs: Partial<JudgedJob>): JudgedJob => ({
  id: 'job',
  kernel: 'series',
  status: 'PASS',
  culprit: null,
  reason: 'all well',
  confidence: 'none',
  checks: [],
  findings: [],
  mismatches: [],
  ...differs,
});

const fails = (kernel: string, signature: string, confidence: 'certain' | 'likely' = 'certain'): JudgedJob =>
  job({
    id: `${kernel}-${signature}`,
    kernel,
    status: 'FAIL',
    culprit: 'code',
    reason: `saw ${signature}`,
    confidence,
    findings: [{ signature }],
  });

const error = job({ id: 'lost', status: 'ERROR', culprit: 'tool', reason: 'QEMU was killed' });
const miss = job({ id: 'unbuilt', status: 'MISS', culprit: 'tool', reason: 'no kernel' });
const skip = job({ id: 'other', status: 'SKIP', reason: 'not wanted' });
const done = job({ status: 'DONE' });

const judge = (jobs: JudgedJob[], cancelled = false) => evaluateRun({ kernels, jobs, cancelled });

describe('the whole run', () => {
  test.each([
    ['all passed', [job({}), job({ kernel: 'base' })], 0, 'PASS', null],
    ['passed and skipped', [job({}), skip], 0, 'PASS', null],
    ['only measured', [done], 0, 'DONE', null],
    ['a failure', [job({}), fails('series', 'a')], 1, 'FAIL', 'code'],
    ['a failure beside an error', [error, fails('series', 'a'), miss], 1, 'FAIL', 'code'],
    ['an error beside passes', [job({}), error], 3, 'ERROR', 'tool'],
    ['a miss beside passes', [job({}), miss], 3, 'ERROR', 'tool'],
    ['nothing but misses', [miss, skip], 3, 'MISS', 'tool'],
    ['nothing but skips', [skip], 3, 'SKIP', null],
    ['no jobs', [], 3, 'SKIP', null],
  ])('%s', (_, jobs, exitCode, status, culprit) => {
    expect(judge(jobs)).toMatchObject({ exitCode, status, culprit });
  });

  test('a cancelled run is never clean, and keeps what it found', () => {
    expect(judge([job({})], true)).toMatchObject({
      exitCode: 3,
      headline: expect.stringMatching(/^Cancelled/) as string,
    });
    expect(judge([fails('series', 'a')], true)).toMatchObject({
      exitCode: 1,
      reasons: expect.arrayContaining([expect.stringMatching(/cancelled/)]) as string[],
    });
  });

  test.each([
    ['series only', [fails('series', 'a')], /^The kernel with spf-v12 is at fault: saw a/],
    ['base only', [fails('base', 'a'), job({})], /^The base kernel is at fault, not the series: saw a/],
    [
      'the same on both',
      [fails('series', 'a'), fails('base', 'a')],
      /^The base kernel is at fault, not the series/,
    ],
    [
      'more on the series',
      [fails('series', 'b'), fails('base', 'a')],
      /^The base.*and the kernel with spf-v12 beyond it: saw b/i,
    ],
  ])('blames %s', (_, jobs, headline) => {
    expect(judge(jobs)).toMatchObject({ exitCode: 1, headline: expect.stringMatching(headline) as string });
  });

  test('failures without a signature are told apart by their failed checks', () => {
    const hang = { status: 'FAIL', culprit: 'code', confidence: 'likely' } as const;
    const checks = [{ name: 'machine.ended-clean', status: 'FAIL' as const, detail: 'hang' }];
    const on = (kernel: string) => job({ ...hang, kernel, checks });
    expect(judge([on('series'), on('base')]).headline).toMatch(/not the series/);
    expect(judge([on('series')]).headline).toMatch(/spf-v12 is at fault/);
  });

  test('is as sure as its surest failure', () => {
    expect(judge([fails('series', 'a', 'likely'), fails('series', 'b')]).confidence).toBe('certain');
    expect(judge([fails('series', 'a', 'likely')]).confidence).toBe('likely');
    expect(judge([job({})]).confidence).toBe('none');
  });

  test('names what could not be judged, and counts', () => {
    const { reasons, counts } = judge([job({}), error, miss, skip]);
    expect(reasons).toEqual([
      'lost could not be judged: QEMU was killed',
      'unbuilt could not be judged: no kernel',
    ]);
    expect(counts).toEqual({ PASS: 1, ERROR: 1, MISS: 1, SKIP: 1, FAIL: 0, DONE: 0 });
  });

  test('a clean run says what it did not look at, once', () => {
    const checks = [
      { name: 'sanitizer.kasan', status: 'SKIP' as const, detail: 'KASAN is not in this kernel' },
    ];
    expect(judge([job({ checks }), job({ checks })]).reasons).toEqual([
      'Not judged: KASAN is not in this kernel.',
    ]);
  });
});
