import { describe, expect, test } from 'vitest';
import { isCrash, recordedLogs, scopeOf } from './logs.ts';
import { answer, type Criterion, criteria, scoreHead, scoreLine, share } from './score.ts';

/**
 * What must be reached on the public logs. Floors are what was reached (2026-11-25), above the goals of 97 % of types,
 * 95 % of titles and 92 % of the corrupted flags; raise one when the parser gets better.
 */
const floors: Record<Exclude<Criterion, 'crash'>, number> = {
  title: 0.974,
  type: 0.993,
  corrupted: 0.984,
  panicked: 1,
};

describe.skipIf(recordedLogs === null)('recorded logs', () => {
  const all = (recordedLogs ?? []).map(answer);
  const crashes = all.filter(({ log }) => isCrash(log));

  test('crash or not is right on every log', () => {
    const wrong = all.filter((pair) => !criteria.crash(pair));
    expect(wrong.map(({ log, answer }) => `${log.id}: ${log.title} was ${answer.title}`)).toEqual([]);
  });

  test.each(Object.entries(floors))('%s stays above its floor', (name, floor) => {
    expect(share(crashes, name as Criterion)).toBeGreaterThanOrEqual(floor);
  });

  test('a score for each kind', () => {
    const kinds = Map.groupBy(crashes, ({ log }) => log.type ?? 'no type');
    const scopes = Map.groupBy(crashes, ({ log }) => scopeOf(log));
    const outside = [...scopes].filter(([scope]) => scope !== 'kernel');
    console.log(
      [
        scoreHead,
        ...[...kinds].sort(([a], [b]) => a.localeCompare(b)).map(([kind, logs]) => scoreLine(kind, logs)),
        scoreLine(
          'clean',
          all.filter(({ log }) => !isCrash(log)),
        ),
        scoreLine('all', all),
        scoreLine('all crashes', crashes),
        ...outside.map(([scope, logs]) => scoreLine(`of these out of scope: ${scope}`, logs)),
      ].join('\n'),
    );
    expect([...kinds.values()].flat()).toHaveLength(crashes.length);
  });
});
