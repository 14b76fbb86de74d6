import { describe, expect, it } from 'vitest';
import { conclude } from '../../harness/campaign/direct/conclude.ts';

const result = { actor: 'reader', operation: 2, is: 0 };
const played = {
  outcome: { kind: 'played' },
  results: { reader: [0, 7] },
  trouble: null,
} as const;
const left = { ...played, outcome: { kind: 'left', step: 3, text: 'went home' } } as const;
const harmed = { ...played, results: { reader: [0, 0] } };
const uaf = { title: 'KASAN: use-after-free Read in f' };
const warning = { title: 'WARNING in g' };

describe('what comes of a try', () => {
  it.each([
    [
      'the finding that was expected',
      { finding: 'use-after-free' },
      left,
      [warning, uaf],
      null,
      'reproduced',
    ],
    ['whatever the kernel complains of', { finding: 'any' }, played, [warning], null, 'reproduced'],
    ['another finding', { finding: 'use-after-free' }, played, [warning], null, 'harmed'],
    ['a result that was expected', { results: [result] }, harmed, [], null, 'reproduced'],
    ['another result', { results: [result] }, played, [], null, 'clean'],
    [
      'a result of a way that was left',
      { results: [result] },
      { ...left, ...harmed, outcome: left.outcome },
      [],
      null,
      'left',
    ],
    [
      'a finding, though the machine is gone',
      { finding: 'any' },
      null,
      [uaf],
      'QEMU has ended',
      'reproduced',
    ],
    ['no finding, and the machine is gone', { finding: 'any' }, null, [], 'QEMU has ended', 'rig'],
    ['a program that did not end', { finding: 'any' }, { ...played, trouble: 'no end' }, [], null, 'rig'],
  ] as const)('%s', (_, expected, how, findings, trouble, conclusion) => {
    const told = conclude({ expect: expected as never }, how, findings, [], trouble);
    expect(told.conclusion).toBe(conclusion);
    expect(told.text).not.toBe('');
  });

  it.each([
    [{ history: 'any' }, 'reproduced'],
    [{ history: 'lost-write' }, 'reproduced'],
    [{ history: 'stale-value' }, 'harmed'],
    [{ finding: 'use-after-free' }, 'harmed'],
  ] as const)('a history that breaks a rule, with %j expected', (expected, conclusion) => {
    const broken = [{ rule: 'lost-write', explanation: 'gone' }];
    const told = conclude({ expect: expected }, played, [], broken, null);
    expect(told).toEqual({ conclusion, text: 'lost-write: gone' });
  });
});
