import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readBatchEntry, type BatchInput } from '../../harness/console/batch.ts';
import { floors } from './corpus-floors.ts';

interface Expected extends BatchInput {
  readonly title: string | null;
  readonly type: string | null;
  readonly frame: string | null;
  readonly corrupted: boolean;
  readonly panicked: boolean;
}

const file = new URL('../../../shared/oops-corpus/dev.jsonl', import.meta.url);
const missing = !existsSync(file);
if (missing)
  console.log('skipped: the corpus of recorded logs is not there (../shared/oops-corpus/dev.jsonl)');

describe.skipIf(missing)('recorded logs', () => {
  const logs = missing
    ? []
    : readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Expected);
  const answers = logs.map((log) => ({ log, answer: readBatchEntry(log) }));
  const crashes = answers.filter(({ log }) => log.title !== null && log.title !== '');
  const share = (all: typeof answers, good: (pair: (typeof answers)[number]) => boolean) =>
    all.filter(good).length / all.length;

  test('clean logs are clean', () => {
    const alarms = answers.filter(
      ({ log, answer }) => !crashes.some((pair) => pair.log === log) && answer.crash,
    );
    expect(alarms.map(({ log, answer }) => `${log.id}: ${answer.title}`).length).toBeLessThanOrEqual(
      floors.falseAlarms,
    );
  });

  test.each([
    ['found', crashes, ({ answer }) => answer.crash],
    ['title', crashes, ({ log, answer }) => answer.title === log.title],
    ['type', crashes, ({ log, answer }) => answer.type === log.type],
    [
      'frame',
      crashes.filter(({ log }) => log.frame !== null),
      ({ log, answer }) => answer.frame === log.frame,
    ],
    ['corrupted', crashes, ({ log, answer }) => answer.corrupted === log.corrupted],
    ['panicked', crashes, ({ log, answer }) => answer.panicked === log.panicked],
  ] satisfies [keyof typeof floors, typeof answers, (pair: (typeof answers)[number]) => boolean][])(
    '%s stays above its floor',
    (name, all, good) => {
      expect(share(all, good)).toBeGreaterThanOrEqual(floors[name]);
    },
  );
});
