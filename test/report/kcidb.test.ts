import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { kcidbJson } from '../../harness/report/kcidb.ts';
import { statusSchema, type RunRecord } from '../../harness/store/record.ts';
import { job, kasan, nasty, run } from './records/build.ts';
import { cleanRun } from './records/clean.ts';
import { kasanRun } from './records/kasan.ts';
import { rigFaultRun } from './records/rig-fault.ts';

/** The rules of KCIDB's schema v5.3 for the fields that we write; strict, so that a field of our own invention fails. */
const origin = z.string().regex(/^[a-z0-9_]+$/);
const id = z.string().regex(/^[a-z0-9_]+:.*$/);
const misc = z.record(z.string(), z.unknown());
const schema = z.strictObject({
  version: z.strictObject({ major: z.literal(5), minor: z.literal(3) }),
  checkouts: z.array(
    z.strictObject({
      id,
      origin,
      patchset_hash: z.string().regex(/^([0-9a-f]{64})?$/),
      comment: z.string(),
      misc,
    }),
  ),
  builds: z.array(
    z.strictObject({
      id,
      checkout_id: id,
      origin,
      comment: z.string().optional(),
      architecture: z.string().optional(),
      config_name: z.string().optional(),
      compiler: z.string().optional(),
      duration: z.number().optional(),
      misc: misc.optional(),
    }),
  ),
  tests: z.array(
    z.strictObject({
      id,
      build_id: id,
      origin,
      path: z.string().regex(/^([a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*)?$/),
      status: statusSchema,
      comment: z.string(),
      duration: z.number().optional(),
      log_excerpt: z.string().max(16384).optional(),
      environment: z.strictObject({ comment: z.string() }),
      misc,
    }),
  ),
  issues: z.array(
    z.strictObject({
      id,
      version: z.number().int().nonnegative(),
      origin,
      report_subject: z.string(),
      culprit: z.strictObject({ code: z.boolean(), tool: z.boolean(), harness: z.boolean() }),
      comment: z.string(),
    }),
  ),
  incidents: z.array(
    z.strictObject({
      id,
      origin,
      issue_id: id,
      issue_version: z.number().int(),
      test_id: id,
      present: z.boolean(),
      comment: z.string(),
    }),
  ),
});

const read = (record: RunRecord) => schema.parse(JSON.parse(kcidbJson(record)));
const ids = (items: readonly { id: string }[]) => items.map((item) => item.id);

describe('KCIDB', () => {
  test.each(
    Object.entries({ clean: cleanRun(), kasan: kasanRun(), rig: rigFaultRun(), empty: run({ jobs: [] }) }),
  )('%s: ids are unique and lead somewhere', (_, record) => {
    const { checkouts, builds, tests, issues, incidents } = read(record);
    for (const items of [checkouts, builds, tests, issues, incidents]) {
      expect(new Set(ids(items)).size).toBe(items.length);
    }
    for (const build of builds) expect(ids(checkouts)).toContain(build.checkout_id);
    for (const test of tests) expect(ids(builds)).toContain(test.build_id);
    for (const incident of incidents) {
      expect(ids(issues)).toContain(incident.issue_id);
      expect(ids(tests)).toContain(incident.test_id);
    }
    expect(tests.map(({ status }) => status)).toEqual(record.jobs.map(({ status }) => status));
  });

  test('base and patched base are two checkouts', () => {
    const { checkouts } = read(cleanRun());
    expect(checkouts.map((checkout) => checkout.patchset_hash.length)).toEqual([64, 0]);
  });

  test('an issue a signature, blamed on the kernel', () => {
    const { issues, incidents } = read(kasanRun());
    expect(issues.map(({ report_subject }) => report_subject)).toEqual([
      'KASAN: use-after-free Read in find_vma_rcu',
      'kernel BUG in __free_vma',
      expect.stringMatching(/^page 17: T0 read 0/),
    ]);
    expect(issues.every(({ culprit }) => culprit.code && !culprit.tool && !culprit.harness)).toBe(true);
    expect(incidents).toHaveLength(3);
  });

  test('a rig fault is an issue of the tool', () => {
    const { issues } = read(rigFaultRun());
    expect(issues.map(({ culprit }) => culprit)).toEqual([
      { code: false, tool: true, harness: false },
      { code: false, tool: true, harness: false },
    ]);
  });

  test('a long report is cut to what KCIDB takes', () => {
    const findings = [kasan({ text: 'x'.repeat(100_000) })];
    expect(read(run({ jobs: [job({ findings })] })).tests[0]?.log_excerpt).toHaveLength(16_384);
  });

  test('odd words make no odd path', () => {
    const { tests } = read(
      run({ jobs: [job({ workload: nasty }), job({ id: 'b', workload: 'spf-counters' })] }),
    );
    expect(tests[1]?.path).toBe('spf.spf-counters');
  });
});
