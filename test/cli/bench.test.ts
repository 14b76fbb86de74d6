import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'spf-bench-'));
afterAll(() => rmSync(directory, { recursive: true }));

function bench(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['harness/cli/spf.ts', 'bench', '--dry-run', '--seed', '0', ...args],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return { status, lines: stdout.trim().split('\n'), said: stderr.trim() };
}

describe('spf bench --dry-run', () => {
  test('compares every beginning of the stack of the plan with the base', () => {
    expect(bench('--boots', '2')).toEqual({
      status: 0,
      said: '',
      lines: [
        'base: debian:5.10',
        'spf-v12: debian:5.10 + spf-v12',
        'spf-v12-spf-v12-fixes: debian:5.10 + spf-v12 + spf-v12-fixes',
        'round 1: base, spf-v12, spf-v12-spf-v12-fixes',
        'round 2: spf-v12, spf-v12-spf-v12-fixes, base',
      ],
    });
  });

  test('or the stacks that are named', () => {
    const { lines } = bench('--boots', '1', '--series', 'spf-v12+delay', '--base', 'debian:x');
    expect(lines).toEqual([
      'base: debian:x',
      'spf-v12-delay: debian:x + spf-v12 + delay',
      'round 1: base, spf-v12-delay',
    ]);
  });

  test('refuses what cannot be compared', () => {
    const plan = join(directory, 'plan.yaml');
    writeFileSync(plan, 'name: mine\njobs: [{ workload: fault-rate }]\n');
    expect(bench(plan)).toMatchObject({
      status: 2,
      said: 'spf: plan "mine" has no series: name one or more with --series',
    });
    expect(bench('--series', 'spf-v12', 'spf-v12')).toMatchObject({
      status: 2,
      said: 'spf: two of the kernels would be called spf-v12',
    });
    expect(bench('--boots', '0')).toMatchObject({
      status: 2,
      said: 'spf: --boots 0: nothing would be measured',
    });
    expect(bench('smoke').said).toContain('no workload "fault-rate" in this plan');
    expect(bench('--profile', 'race').said).toContain('no profile "race" in this plan');
  });
});
