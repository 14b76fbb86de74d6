import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { loadKnownIssues } from '../../harness/plan/known-issues.ts';
import { evaluateJob, excuse, unseenIssues } from '../../harness/verdict/index.ts';
import { knownIssueSchema, silentIssues } from '../../harness/verdict/known-issues.ts';
import { observe } from './observations.ts';

const issue = knownIssueSchema.parse({
  id: 'old-one',
  series: 'spf-v12',
  signature: '^history: wrong-signal-code',
  reason: 'it has been like that since the beginning',
  effect: 'a handler is told the wrong reason of a fault',
  fixedBy: 'a-fix',
  arch: ['x86_64'],
  shownBy: { workload: 'directed', programs: ['write-read-only'], times: '3 of 3', always: true },
  expires: '2027-06-30',
});
const code = { signature: 'history: wrong-signal-code at XCHG' };
const lost = { signature: 'history: lost-write at READ' };

const scene = {
  ...{ series: 'spf-v12', arch: 'x86_64', workload: 'directed', today: '2027-06-30' },
  programs: ['write-read-only'],
};

describe('excuse', () => {
  test('takes out what is known and counts it', () => {
    expect(excuse([code, lost, code], [issue], scene)).toEqual({
      fresh: [lost],
      excused: [{ id: issue.id, reason: issue.reason, count: 2 }],
    });
  });

  test.each([
    ['after its last day', { today: '2027-07-01' }],
    ['on another series', { series: 'spf-v13' }],
    ['on the base', { series: null }],
    ['with what mends it', { series: 'spf-v12+a-fix' }],
    ['on an architecture that does not have it', { arch: 'ppc64' }],
  ])('excuses nothing %s', (_, change) => {
    expect(excuse([code], [issue], { ...scene, ...change })).toEqual({ fresh: [code], excused: [] });
  });

  test('a stack of series has the issues of each', () => {
    expect(excuse([code], [issue], { ...scene, series: 'spf-v12+another' }).fresh).toEqual([]);
  });

  test('law: nothing is lost and nothing is invented', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(code, lost)), (seen) => {
        const { fresh, excused } = excuse(seen, [issue], scene);
        expect(fresh.length + excused.reduce((sum, { count }) => sum + count, 0)).toBe(seen.length);
        expect(fresh).not.toContain(code);
      }),
    );
  });
});

test('an excused job passes and says what was excused', () => {
  const outcome = evaluateJob(observe({ excused: [{ id: 'old-one', reason: issue.reason, count: 2 }] }));
  expect(outcome.status).toBe('PASS');
  expect(outcome.checks).toContainEqual({
    name: 'known-issues',
    status: 'SKIP',
    detail: `known issue old-one, seen 2 times: ${issue.reason}`,
  });
});

describe('unseenIssues', () => {
  const seen = [{ id: 'old-one', reason: issue.reason, count: 1 }];
  const sometimes = { ...issue, shownBy: { ...issue.shownBy, always: false } };

  test('names what the job should have shown and did not', () => {
    expect(unseenIssues([issue], scene, [])).toEqual(['old-one']);
    expect(unseenIssues([issue], scene, seen)).toEqual([]);
  });

  test('asks only jobs that show it each time, on kernels that have it', () => {
    expect(unseenIssues([sometimes], scene, [])).toEqual([]);
    expect(unseenIssues([issue], { ...scene, workload: 'hammer' }, [])).toEqual([]);
    expect(unseenIssues([issue], { ...scene, programs: ['read-no-access'] }, [])).toEqual([]);
    expect(unseenIssues([issue], { ...scene, series: 'spf-v12+a-fix' }, [])).toEqual([]);
  });

  test('the job says so, and passes', () => {
    const { status, checks } = evaluateJob(observe({ unseen: ['old-one'] }));
    expect(status).toBe('PASS');
    expect(checks.find(({ name }) => name === 'known-issues.not-seen')?.detail).toMatch(
      /old-one; is it mended/,
    );
  });
});

test('a pattern that is none is refused', () => {
  expect(knownIssueSchema.safeParse({ ...issue, signature: '(' }).success).toBe(false);
});

test("the project's list is well-formed", () => {
  expect(loadKnownIssues(resolve(import.meta.dirname, '../..')).length).toBeGreaterThan(0);
});

describe('issues that no longer excuse anything', () => {
  test('one that matched is not named', () => {
    expect(silentIssues([code], [issue], scene)).toEqual([]);
  });
  test.each([
    ['matched nothing', [lost], '2027-01-01', 'matched nothing'],
    ['expired, gone', [lost], '2027-07-01', 'expired on 2027-06-30 and matched nothing'],
    ['expired, still there', [code, code], '2027-07-01', 'expired on 2027-06-30 and would have excused 2'],
  ])('%s', (_, seen, today, why) => {
    expect(silentIssues(seen, [issue], { ...scene, today })).toEqual([{ id: issue.id, why }]);
  });
  test('a kernel with what mends it says nothing about it', () => {
    expect(silentIssues([], [issue], { ...scene, series: 'spf-v12+a-fix' })).toEqual([]);
  });
  test('a run of another series says nothing about it', () => {
    expect(silentIssues([], [issue], { ...scene, series: 'spf-v13' })).toEqual([]);
    expect(silentIssues([], [issue], { ...scene, series: null })).toEqual([]);
  });
});
