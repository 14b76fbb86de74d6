import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCounters } from '../../harness/workload/report-lines.ts';
import { SCENES } from '../../harness/verdict/bench/scenes.ts';
import { usePrograms, whyNoPrograms } from './programs.ts';

const reason = whyNoPrograms();
if (reason !== undefined) console.warn(`fault-rate is not tried: ${reason}`);

describe.skipIf(reason !== undefined)('fault-rate on this host', () => {
  const programs = usePrograms('fault-rate');

  // A host that is busy with the other tests may leave a pinned thread waiting for seconds.
  function faultRate(...args: readonly string[]) {
    const { status, signal, stderr } = spawnSync(
      join(programs(), 'fault-rate'),
      ['--pin', '0', '--duration', '4', ...args],
      { encoding: 'utf8', timeout: 50_000 },
    );
    return { status, signal, ...readCounters(stderr) };
  }

  test('measures every scene, and no fault is counted that the machine did not have', () => {
    const { status, counters, said } = faultRate('--threads', '2', '--mappers', '1', '--seed', '3');
    expect({ status, said }).toEqual({ status: 0, said: '' });
    expect(counters['pageSize']).toBeGreaterThanOrEqual(4096);
    for (const { id } of SCENES) {
      const of = (name: string) => counters[`${id}.${name}`] ?? NaN;
      expect(of('faults'), id).toBeGreaterThan(100);
      // What others fault meanwhile comes on top; a round that was begun before may be told after.
      expect(of('vmstat.pgfault') * 1.25 + 2000, id).toBeGreaterThan(of('faults'));
      expect((of('faultsPerSecond') * of('milliseconds')) / 1000 / of('faults'), id).toBeCloseTo(1, 1);
      expect(of('slowestThread'), id).toBeLessThanOrEqual(of('fastestThread'));
      expect(of('roundsPerSecond'), id).toBeGreaterThan(0);
    }
    const crowds = SCENES.map(({ id }) => [id, counters[`${id}.threads`], counters[`${id}.mappers`]]);
    expect(crowds).toEqual([
      ['touch', 2, 1],
      ['malloc', 2, 0],
      ['fork', 1, 0],
      ['single', 1, 0],
    ]);
    expect(counters['touch.mapsPerSecond']).toBeGreaterThan(0);
    // A child's faults are counted: it writes 64 pages.
    expect(counters['fork.faultsPerSecond']! / counters['fork.roundsPerSecond']!).toBeGreaterThan(64);
  });

  test('takes a fault for every page that it touches, and huge pages for none', () => {
    const { counters } = faultRate('--scene', 'single', '--pages', '192');
    const perRound = counters['single.faultsPerSecond']! / counters['single.roundsPerSecond']!;
    expect(perRound).toBeGreaterThan(63);
    expect(perRound).toBeLessThan(80);
  });

  test('measures as long as it is told, less the warm-up', () => {
    const { counters } = faultRate('--scene', 'fork', '--duration', '1', '--warm-up', '50');
    expect(counters['fork.milliseconds']).toBeGreaterThanOrEqual(499);
    expect(Object.keys(counters).some((name) => name.startsWith('touch.'))).toBe(false);
  });

  const limited = (limit: string, ...args: readonly string[]) => {
    const script = `ulimit ${limit}; exec "$0" "$@"`;
    const { status, signal, stderr } = spawnSync(
      'sh',
      ['-c', script, join(programs(), 'fault-rate'), '--scene', 'single', ...args],
      { encoding: 'utf8', timeout: 50_000 },
    );
    return { status, signal, said: stderr.trim() };
  };

  test('ends as its scene does: what cannot be set up is the rig’s', () => {
    const { status, said } = limited('-v 100000', '--pages', '100000');
    expect({ status, said }).toEqual({
      status: 3,
      said: expect.stringMatching(/^fault-rate: cannot map a region of \d+ bytes/) as string,
    });
  });

  test('ends as its scene does: a signal is the signal', () => {
    expect(limited('-c 0; ulimit -S -t 1', '--duration', '40')).toEqual({
      status: null,
      signal: 'SIGXCPU',
      said: '',
    });
  });

  test('refuses a scene that there is not', () => {
    expect(faultRate('--scene', 'walk')).toMatchObject({
      status: 2,
      said: 'fault-rate: --scene walk: it must be all, touch, malloc, fork or single',
    });
  });
});
