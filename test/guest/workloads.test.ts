import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DECISIONS } from '../../harness/model/eligibility/decisions.ts';
import { expectFault } from '../../harness/model/eligibility/expect.ts';
import { TRACE_EVENTS } from '../../harness/model/eligibility/facts.ts';
import { RULES } from '../../harness/model/eligibility/table.ts';
import { OP, OUTCOME, type OpName } from '../../harness/model/history/types.ts';
import { ChunkCutter } from '../../harness/workload/history/chunks.ts';
import { CHUNK, HEADER_BYTES, RECORD, RECORD_BYTES } from '../../harness/workload/history/layout.ts';
import { parseHistory, type ReadHistory } from '../../harness/workload/history/reader.ts';
import { readCases, readCounters } from '../../harness/workload/report-lines.ts';
import { usePrograms, whyNoPrograms } from './programs.ts';

const reason = whyNoPrograms();
if (reason !== undefined) console.warn(`workloads are not tried: ${reason}`);

let programs = (): string => '';

function run(program: string, ...args: readonly string[]) {
  const { status, signal, stdout, stderr } = spawnSync(join(programs(), program), args, {
    maxBuffer: 1 << 30,
    timeout: 50_000,
  });
  return { status, signal, stdout, ...readCounters(stderr.toString()) };
}

function hammer(...args: readonly string[]) {
  const { status, stdout, counters } = run('hammer', '--history', '-', ...args);
  expect(status).toBe(0);
  return { history: parseHistory(stdout), counters };
}

const all = ({ threads }: ReadHistory) => threads.flat();
const count = (history: ReadHistory, op: OpName) =>
  all(history).filter((record) => record.op === OP[op]).length;

describe.skipIf(reason !== undefined)('workloads on this host', () => {
  programs = usePrograms('hammer', 'spf-counters', 'conform', 'exit-storm');

  describe('hammer', () => {
    test('writes a whole history of everything that it counts', () => {
      const { history, counters } = hammer(
        '--duration',
        '1',
        '--seed',
        '3',
        '--mix',
        'map=3,unmap=2,protect=2,zap=2,move=2,fork=1',
      );
      expect(history.doubts).toEqual([]);
      expect(history).toMatchObject({
        complete: true,
        pending: [],
        roles: ['faulter', 'faulter', 'mapper', 'mapper'],
      });
      expect(history.header).toMatchObject({ workload: 'hammer', seed: 3n, clock: 'counter', threads: 4 });
      expect(history.header.skew).toBeGreaterThanOrEqual(history.header.ticksPerSecond / 1_000_000n);
      expect(count(history, 'READ') + count(history, 'XCHG')).toBe(counters['accesses']);
      expect(count(history, 'XCHG')).toBe(counters['exchanges']);
      const names = {
        MAP: 'map',
        MAP_HINT: 'mapHint',
        UNMAP: 'unmap',
        PROTECT: 'protect',
        ZAP: 'zap',
      } as const;
      const rare = { MOVE: 'move', FORK: 'fork', CHILD_READ: 'childRead' } as const;
      for (const [op, name] of Object.entries({ ...names, ...rare })) {
        expect(counters[`calls.${name}`], name).toBeGreaterThan(0);
        expect(count(history, op as OpName), name).toBe(counters[`calls.${name}`]);
      }
      const signals = all(history).filter(({ op, outcome }) => op <= OP.XCHG && outcome === OUTCOME.signal);
      expect(signals.length).toBe(counters['signals']);
      expect(signals.length).toBeGreaterThan(0);
      expect(counters['childrenLost']).toBe(0);
    });

    test('stamps each thread’s operations in order and writes each value once', () => {
      const { history } = hammer('--duration', '1', '--seed', '4');
      const values = all(history)
        .filter(({ op }) => op === OP.XCHG)
        .map(({ value }) => value);
      expect(new Set(values).size).toBe(values.length);
      expect(values).not.toContain(0n);
      for (const records of history.threads) {
        const own = records.filter(({ op }) => op !== OP.CHILD_READ);
        expect(own.every(({ start, end }) => start < end)).toBe(true);
        expect(own.every(({ start }, n) => n === 0 || own[n - 1]!.end <= start)).toBe(true);
      }
    });

    test('says of every signal where it hit: the page’s first word', () => {
      const { history } = hammer('--duration', '1', '--mix', 'unmap=1,protect=1');
      const { arenaBase, pageSize } = history.header;
      const signals = all(history).filter(({ outcome }) => outcome === OUTCOME.signal);
      for (const { result, page } of signals)
        expect(result).toBe(arenaBase + BigInt(page) * BigInt(pageSize));
      // SEGV_MAPERR of unmap, SEGV_ACCERR of protect.
      expect(new Set(signals.map(({ code }) => code))).toEqual(new Set([1, 2]));
    });

    test('moves pages only to their partner’s place, so that no more than two are tied together', () => {
      const { history } = hammer('--duration', '1', '--mix', 'move=1', '--stripe', '4', '--shared', '0');
      const moves = all(history).filter(({ op }) => op === OP.MOVE);
      expect(moves.length).toBeGreaterThan(0);
      for (const { page, target } of moves) {
        expect(Math.floor(page / 8)).toBe(Math.floor(target / 8));
        expect(Math.abs(page - target)).toBe(4);
      }
      expect(moves.every(({ outcome }) => outcome === OUTCOME.ok)).toBe(true);
    });

    test('never says that a tick is past before all that ended earlier is written', () => {
      const { stdout } = run('hammer', '--history', '-', '--duration', '2', '--seed', '6');
      let past = 0n;
      let rounds = 0;
      for (const { kind, payload } of new ChunkCutter(stdout.subarray(0, HEADER_BYTES), true).push(
        stdout.subarray(HEADER_BYTES),
      )) {
        if (kind === CHUNK.progress) {
          rounds++;
          expect(payload.getBigUint64(0, true)).toBeGreaterThanOrEqual(past);
          past = payload.getBigUint64(0, true);
        }
        if (kind !== CHUNK.records) continue;
        for (let at = 0; at < payload.byteLength; at += RECORD_BYTES)
          if (payload.getBigUint64(at + RECORD.end, true) < past)
            expect.fail(
              `a record that ended at ${payload.getBigUint64(at + RECORD.end, true)} came after ${past}`,
            );
      }
      expect(rounds).toBeGreaterThan(10);
    });

    test('gives every page at most two structural owners', () => {
      const { history } = hammer(
        '--duration',
        '1',
        '--mappers',
        '4',
        '--pages',
        '256',
        '--shared',
        '50',
        '--mix',
        'map=1,zap=1',
      );
      const owners = new Map<number, Set<number>>();
      for (const { op, page, pages, thread } of all(history))
        if (op === OP.MAP || op === OP.ZAP)
          for (let n = page; n < page + pages; n++) owners.set(n, (owners.get(n) ?? new Set()).add(thread));
      const sizes = new Set([...owners.values()].map((set) => set.size));
      expect(sizes).toEqual(new Set([1, 2]));
    });

    test('orders everything by tickets when asked to: no two stamps are alike', () => {
      const { history } = hammer('--duration', '0.5', '--clock', 'ticket');
      expect(history.header).toMatchObject({ clock: 'ticket', skew: 0n, ticksPerSecond: 0n });
      const stamps = all(history)
        .filter(({ op }) => op !== OP.CHILD_READ)
        .flatMap(({ start, end }) => [start, end]);
      expect(new Set(stamps).size).toBe(stamps.length);
    });

    test('keeps no record of dark pages, and of all others', () => {
      const { history, counters } = hammer('--duration', '1', '--dark', '50', '--mix', 'map=1,zap=1');
      const recorded = count(history, 'READ') + count(history, 'XCHG');
      expect(recorded).toBeGreaterThan(0);
      expect(recorded).toBeLessThan(counters['accesses']!);
      const mapped = new Set(
        all(history).flatMap(({ op, page }) => (op === OP.MAP ? [Math.floor(page / 16)] : [])),
      );
      const accessed = new Set(
        all(history).flatMap(({ op, page }) => (op <= OP.XCHG ? [Math.floor(page / 16)] : [])),
      );
      expect([...mapped].every((pair) => accessed.has(pair))).toBe(true);
      expect(mapped.size).toBeLessThan(1024 / 16);
    });

    test.each([
      [['--mix', 'foo=1'], "hammer: --mix: 'foo' is none of its names"],
      [['--pages', '16', '--stripe', '128'], /^hammer: --pages 16 must be/],
      [['--faulters', 'many'], /^hammer: --faulters many: it must be a number from 1 to 512$/],
      [['--colour', 'red'], 'hammer: unknown option --colour; --help lists them'],
      [['--duration'], 'hammer: --duration needs a value'],
    ])('refuses %j with one message', (args, message) => {
      const { status, said } = run('hammer', ...args);
      expect(status).toBe(2);
      expect(said).toEqual(
        typeof message === 'string' ? message : (expect.stringMatching(message) as string),
      );
    });

    test('that cannot write its history is the rig’s fault', () => {
      const { status, said } = run('hammer', '--duration', '5', '--history', '/dev/full');
      expect(status).toBe(3);
      expect(said).toMatch(/^hammer: cannot write the history: No space left/);
    });
  });

  describe('spf-counters', () => {
    test('gives every case once, with facts that the model can read', () => {
      const { status, stdout, counters } = run('spf-counters');
      const { lines: cases, doubts } = readCases(stdout.toString());
      expect(status).toBe(0);
      expect(doubts).toEqual([]);
      expect(cases).toHaveLength(counters['cases']!);
      expect(new Set(cases.map(({ case: name }) => name)).size).toBe(cases.length);
    });

    test('counts one fault an access where every kernel takes one', () => {
      const { stdout } = run('spf-counters');
      const { lines: cases } = readCases(stdout.toString());
      const exact = [
        'second-touch-write',
        'zero-page-write',
        'cow-shared-with-child',
        'single-thread',
        'private-file',
      ];
      // A host without a zero page gives what is read first a page of its own, which is written without a fault.
      const { zeroPage } = JSON.parse(run('conform').stdout.toString()) as { zeroPage: boolean };
      const expected = (name: string, faults: unknown) =>
        name === 'zero-page-write' && !zeroPage ? 0 : faults;
      for (const name of [...exact, 'only-reads', 'hole-below', 'read-only-page-write']) {
        const found = cases.find(({ case: other }) => other === name);
        if (found?.faults != null) expect(found.faults, name).toBe(expected(name, found.facts.faults));
      }
    });

    test('counts no trace event of a series that this kernel has not', () => {
      const { lines: cases } = readCases(run('spf-counters', '--case', 'main-stack').stdout.toString());
      const absent = Object.fromEntries(TRACE_EVENTS.map((name) => [name, null]));
      if (cases[0]?.facts.sysctl === null) expect(cases[0].events).toEqual(absent);
    });

    test('changes nothing of the machine unless it may', () => {
      const { lines: cases } = readCases(run('spf-counters').stdout.toString());
      const kept = cases.filter(({ skipped }) => skipped?.includes('which was not allowed'));
      expect(kept.map(({ case: name }) => name)).toContain('swap-cached-read');
      expect(kept.every(({ faults, signal }) => faults === null && signal === null)).toBe(true);
    });

    test.each([[[]], [RULES]])(
      'every case is decided by a row that its decision names, with rules %j',
      (rules) => {
        const { lines: cases } = readCases(run('spf-counters').stdout.toString());
        for (const { case: name, facts } of cases) {
          const decision = DECISIONS.find(({ cases: driving }) => driving.includes(name));
          // What a kernel with the series prints: it has the switch, on but for the one case.
          const there = { ...facts, sysctl: name !== 'sysctl-off' };
          for (const arch of ['x86_64', 'ppc64']) {
            const { row, sure } = expectFault(there, { hasSpf: true, arch, rules });
            expect(decision?.rows, `${name} on ${arch}`).toContain(row);
            expect(sure, name).toBe(true);
          }
        }
      },
    );

    test('names the signal of the cases that raise one, and of no other', () => {
      const { lines: cases } = readCases(run('spf-counters').stdout.toString());
      const signalled = cases.filter(({ signal }) => signal !== null).map(({ case: name }) => name);
      const keys = ['key-refuses-present', 'key-refuses-absent'];
      expect(signalled.filter((name) => !keys.includes(name))).toEqual([
        'hole-below',
        'above-all',
        'read-only-vma-write',
        'read-only-page-write',
        'no-access-read',
      ]);
    });
  });

  test('exit-storm gets back every process that it starts, each ended as it should', () => {
    const { status, counters, said } = run('exit-storm', '--duration', '2', '--seed', '5');
    expect(status).toBe(0);
    expect(said).toBe('');
    for (const kind of ['exit', 'kill', 'exec', 'vfork', 'fork']) {
      expect(counters[`started.${kind}`], kind).toBeGreaterThan(0);
      expect(counters[`ended.${kind}`], kind).toBe(counters[`started.${kind}`]);
    }
    expect(counters).toMatchObject({ odd: 0, childrenLost: 0 });
  });
});
