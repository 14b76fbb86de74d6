import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { x86_64 } from '../../harness/arch/x86_64.ts';
import { localMachine } from '../../harness/machine/local/machine.ts';
import type { Running } from '../../harness/machine/types.ts';
import { findWorkload, workloads } from '../../harness/workload/catalogue.ts';
import { readHistory } from '../../harness/workload/history/reader.ts';
import { launchWorkload } from '../../harness/workload/launch.ts';
import { usePrograms, whyNoPrograms } from '../guest/programs.ts';

test('an unknown workload is refused, with the one that may be meant', () => {
  expect(() => findWorkload('hamer')).toThrow('there is no workload hamer (did you mean "hammer"?)');
});

test.each(workloads.map((workload) => [workload.id, workload] as const))(
  '%s takes extra arguments last',
  (_, workload) => {
    expect(workload.argv({ seed: 1, duration: 2, spfEvent: 11, args: ['--x', '1'] }).slice(-2)).toEqual([
      '--x',
      '1',
    ]);
  },
);

const reason = whyNoPrograms();
if (reason !== undefined) console.warn(`workloads are not launched: ${reason}`);

describe.skipIf(reason !== undefined)('on this host', () => {
  const programs = usePrograms('hammer', 'spf-counters');
  let directory = '';
  let running: Running;
  const cancel = new AbortController();

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'spf-launch-'));
    const limits = { arch: x86_64, cpus: 1, memoryMiB: 1, append: [], directory, signal: cancel.signal };
    running = await localMachine(programs()).boot({ kernel: '', initramfs: '' }, limits);
  });
  afterEach(async () => {
    await running.stop('clean');
    rmSync(directory, { recursive: true });
  });
  const options = () => ({ seed: 1, directory, signal: cancel.signal });

  test('hammer brings its history, counters and what vmstat grew by', async () => {
    const launch = await launchWorkload(running, findWorkload('hammer'), { ...options(), duration: 1 });
    expect(launch).toMatchObject({
      exec: { exitCode: 0 },
      said: '',
      doubts: [],
      historyFile: join(directory, 'history.bin'),
    });
    const history = await readHistory(launch.historyFile!);
    expect(history).toMatchObject({ complete: true, doubts: [] });
    expect(launch.counters['accesses']).toBeGreaterThan(0);
    expect(launch.counters['vmstat.pgfault']).toBeGreaterThan(0);
    expect(launch.taint.after).toBe(launch.taint.before);
    const attempted = JSON.parse(readFileSync(join(directory, 'attempted.json'), 'utf8')) as {
      argv: string[];
    };
    expect(attempted.argv).toEqual(launch.argv);
  });

  test('spf-counters brings its cases', async () => {
    const launch = await launchWorkload(running, findWorkload('spf-counters'), options());
    expect(launch.cases?.length).toBe(launch.counters['cases']);
    expect(launch.historyFile).toBeUndefined();
  });

  test('a workload that is killed leaves a history that counts as far as it goes', async () => {
    const killing = { ...options(), duration: 60, args: ['--history', '-'] };
    const file = join(directory, 'history.bin');
    const kill = async () => {
      await vi.waitUntil(() => existsSync(file) && statSync(file).size > 1e6, { timeout: 30_000 });
      await running.stop('lost');
    };
    const [launch] = await Promise.all([launchWorkload(running, findWorkload('hammer'), killing), kill()]);
    expect(launch.exec.lost).toBe(true);
    expect(launch.taint.after).toBeNull();
    const history = await readHistory(launch.historyFile!);
    expect(history.complete).toBe(false);
    expect(history.completeUntil).toBeGreaterThan(0n);
    expect(history.threads.every((records) => records.length > 0)).toBe(true);
  });

  test('a workload that refuses its arguments says why and leaves no history', async () => {
    const launch = await launchWorkload(running, findWorkload('hammer'), {
      ...options(),
      args: ['--pages', 'x'],
    });
    expect(launch.exec.exitCode).toBe(2);
    expect(launch.said).toMatch(/^hammer: --pages x: it must be a number/);
    expect(launch.historyFile).toBeUndefined();
  });

  test('a cancelled launch says so', async () => {
    const signal = AbortSignal.abort();
    await expect(launchWorkload(running, findWorkload('hammer'), { ...options(), signal })).rejects.toThrow(
      'hammer was cancelled',
    );
  });
});
