import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { loadKnownIssues } from '../../harness/plan/known-issues.ts';
import { evaluateJob, excuse } from '../../harness/verdict/index.ts';
import { knownIssueSchema, silentIssues } from '../../harness/verdict/known-issues.ts';
import { observe } from './observations.ts';

const issue = knownIssueSchema.parse({
  id: 'old-one',
  series: 'spf-v12',
  signature: '^history: wrong-signal-code',
  reason: 'it has been like that since the beginning',
  expires: '2027-06-30',
});
const code = { signature: 'history: wrong-signal-code at XCHG' };
const lost = { signature: 'history: lost-write at READ' };

describe('excuse', () => {
  test('takes out what is known and counts it', () => {
    expect(excuse([code, lost, code], [issue], 'spf-v12', '2027-06-30')).toEqual({
      fresh: [lost],
      excused: [{ id: issue.id, reason: issue.reason, count: 2 }],
    });
  });

  test.each([
    ['after its last day', 'spf-v12', '2027-07-01'],
    ['on another series', 'spf-v13', '2027-01-01'],
    ['on the base', null, '2027-01-01'],
  ])('excuses nothing %s', (_, series, today) => {
    expect(excuse([code], [issue], series, today)).toEqual({ fresh: [code], excused: [] });
  });

  test('a stack of series has the issues of each', () => {
    expect(excuse([code], [issue], 'spf-v12+a-fix', '2027-01-01').fresh).toEqual([]);
  });

  test('law: nothing is lost and nothing is invented', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(code, lost)), (seen) => {
        const { fresh, excused } = excuse(seen, [issue], 'spf-v12', '2027-01-01');
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

test('a pattern that is none is refused', () => {
  expect(knownIssueSchema.safeParse({ ...issue, signature: '(' }).success).toBe(false);
});

test("the project's list is well-formed", () => {
  expect(loadKnownIssues(resolve(import.meta.dirname, '../..')).length).toBeGreaterThan(0);
});

describe('issues that no longer excuse anything', () => {
  test('one that matched is not named', () => {
    expect(silentIssues([code], [issue], 'spf-v12', '2027-01-01')).toEqual([]);
  });
  test.each([
    ['matched nothing', [lost], '2027-01-01', 'matched nothing'],
    ['expired, gone', [lost], '2027-07-01', 'expired on 2027-06-30 and matched nothing'],
    ['expired, still there', [code, code], '2027-07-01', 'expired on 2027-06-30 and would have excused 2'],
  ])('%s', (_, seen, today, why) => {
    expect(silentIssues(seen, [issue], 'spf-v12', today)).toEqual([{ id: issue.id, why }]);
  });
  test('a run of another series says nothing about it', () => {
    expect(silentIssues([], [issue], 'spf-v13', '2027-01-01')).toEqual([]);
    expect(silentIssues([], [issue], null, '2027-01-01')).toEqual([]);
  });
});
