import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ktap } from '../../harness/report/ktap.ts';
import { job, kasan, nasty, run } from './records/build.ts';
import { cleanRun } from './records/clean.ts';
import { kasanRun } from './records/kasan.ts';
import { rigFaultRun } from './records/rig-fault.ts';

interface Test {
  readonly ok: boolean;
  readonly name: string;
  readonly directive: string;
  readonly children: Test[];
}

/** A reader of Documentation/dev-tools/ktap.rst that takes nothing else: a line it does not know is an error. */
function read(text: string): Test[] {
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return readLevel(lines, '');
}

function readLevel(lines: string[], indent: string): Test[] {
  expect(lines.shift()).toBe(`${indent}KTAP version 1`);
  if (indent === '') expect(lines[0]).toMatch(/^1\.\./);
  const tests: Test[] = [];
  let planned: number | undefined;
  let children: Test[] = [];
  while (lines[0]?.startsWith(indent)) {
    const line = lines[0].slice(indent.length);
    if (line.startsWith('  KTAP')) {
      children = readLevel(lines, `${indent}  `);
      continue;
    }
    const result = /^(ok|not ok) (\d+) - ([^#]+?)(?: # (SKIP|TODO|XFAIL|TIMEOUT|ERROR) ?(.*))?$/u.exec(line);
    const plan = /^1\.\.(\d+)$/.exec(line);
    if (result) {
      const [, ok, number, name = '', directive = ''] = result;
      expect(Number(number)).toBe(tests.length + 1);
      tests.push({ ok: ok === 'ok', name, directive, children });
      children = [];
    } else if (plan) {
      planned = Number(plan[1]);
    } else if (!line.startsWith('# ')) {
      if (line.startsWith(' ') || indent === '') throw new Error(`no KTAP: ${line}`);
      break;
    }
    lines.shift();
  }
  expect(tests).toHaveLength(planned ?? -1);
  return tests;
}

describe('KTAP', () => {
  test('a test a job, its checks below it', () => {
    const tests = read(ktap(kasanRun()));
    expect(tests.map(({ ok, name }) => [ok, name])).toEqual([
      [false, 'x86_64-series-kasan-hammer'],
      [false, 'x86_64-series-race-hammer'],
      [true, 'x86_64-series-race-exit-storm'],
    ]);
    expect(tests[0]?.children.map(({ ok, name, directive }) => [ok, name, directive])).toEqual([
      [false, 'console.clean', ''],
      [false, 'machine.ended-clean', ''],
      [true, 'workload.completed', 'SKIP'],
    ]);
  });

  test('a fault of the rig is ERROR, a failure of the kernel is not', () => {
    expect(read(ktap(rigFaultRun())).map(({ ok, directive }) => [ok, directive])).toEqual([
      [false, 'ERROR'],
      [false, 'ERROR'],
      [true, 'SKIP'],
    ]);
    expect(read(ktap(cleanRun())).every(({ ok }) => ok)).toBe(true);
  });

  test('a run that went wrong without a job that did is not ok', () => {
    expect(read(ktap(run({ cancelled: true }))).at(-1)).toMatchObject({ ok: false, name: 'verdict' });
    expect(read(ktap(run({ jobs: [] })))).toHaveLength(1);
  });

  test('a finding is told before the result that it explains', () => {
    const text = ktap(kasanRun());
    expect(text.indexOf('# KASAN: use-after-free')).toBeLessThan(text.indexOf('\nnot ok 1 -'));
  });

  test('nothing that a record says can forge a line', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(nasty));
    fc.assert(
      fc.property(text, text, fc.constantFrom('FAIL', 'PASS', 'ERROR', 'SKIP'), (odd, other, status) => {
        const checks = [{ name: 'console.clean', status, detail: odd }] as const;
        const findings = [kasan({ title: other, stack: [{ function: odd }] })];
        const record = run({
          jobs: [job({ id: `job ${odd}`, status, reason: other, checks: [...checks], findings })],
        });
        const tests = read(ktap(record));
        // A run that skipped all it had is not green, and says so in an entry of its own.
        expect(tests).toHaveLength(status === 'SKIP' ? 2 : 1);
        expect(tests[0]).toMatchObject({ ok: status === 'PASS' || status === 'SKIP', children: [{}] });
      }),
    );
  });
});
