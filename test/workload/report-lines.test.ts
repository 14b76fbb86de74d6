import { describe, expect, test } from 'vitest';
import { readCases, readCounters, readVmstat, vmstatGrowth } from '../../harness/workload/report-lines.ts';

const facts =
  '{"sysctl":true,"threads":2,"userMode":true,"vmaKind":"anon","anonVma":true,"pageTable":true,"uffdMissing":false,' +
  '"interleave":false,"vmaPolicy":false,"hugePmd":false,"keyRefuses":false,"access":"write","prot":{"r":true,"w":true,"x":false},"pte":"none",' +
  '"inBounds":true,"faults":8}';
const events =
  '{"spf_vma_changed":0,"spf_vma_noanon":0,"spf_vma_notsup":3,"spf_vma_access":0,"spf_pmd_changed":null}';
const line = (name: string) =>
  `{"case":"${name}","facts":${facts},"faults":8,"spf":8,"vmstatSpf":8,"events":${events},"signal":null,"skipped":null}`;

describe('counters', () => {
  test('come from the last line, flattened; nulls are unknown and left out', () => {
    const stderr = 'hammer: something\n{"workload":"hammer","accesses":10,"calls":{"map":3},"spf":null}\n';
    expect(readCounters(stderr)).toEqual({
      counters: { accesses: 10, 'calls.map': 3 },
      said: 'hammer: something',
    });
  });

  test('are none when the workload died before its last line', () => {
    expect(readCounters('hammer: cannot map an arena\n')).toEqual({
      counters: {},
      said: 'hammer: cannot map an arena',
    });
    expect(readCounters('{"workload":"ham')).toEqual({ counters: {}, said: '{"workload":"ham' });
    expect(readCounters('')).toEqual({ counters: {}, said: '' });
  });
});

describe('cases', () => {
  test('of a stream that was cut count as far as it goes', () => {
    const { lines: cases, doubts } = readCases(
      `${line('second-touch-write')}\n${line('single-thread').slice(0, 40)}`,
    );
    expect(cases.map(({ case: name, spf }) => [name, spf])).toEqual([['second-touch-write', 8]]);
    expect(doubts).toHaveLength(1);
  });

  test('have a count for each trace event, or null', () => {
    const { lines: cases } = readCases(line('x'));
    expect(cases[0]?.events).toMatchObject({ spf_vma_notsup: 3, spf_pmd_changed: null });
    const { doubts } = readCases(line('x').replace('"spf_vma_noanon":0,', ''));
    expect(doubts).toHaveLength(1);
  });

  test('with an unknown fact are a doubt', () => {
    const { lines: cases, doubts } = readCases(line('x').replace('"anon"', '"anonymous"'));
    expect(cases).toEqual([]);
    expect(doubts[0]).toMatch(/^a case's line cannot be read: \{"case":"x"/);
  });
});

test('vmstat gives the growth of fault counters only', () => {
  const before = readVmstat('nr_free_pages 100\npgfault 10\npgmajfault 1\n');
  const after = readVmstat('nr_free_pages 50\npgfault 25\npgmajfault 1\nspeculative_pgfault 7\n');
  expect(vmstatGrowth(before, after)).toEqual({ 'vmstat.pgfault': 15, 'vmstat.pgmajfault': 0 });
  expect(vmstatGrowth(readVmstat('speculative_pgfault 3'), after)).toEqual({
    'vmstat.speculative_pgfault': 4,
  });
});
