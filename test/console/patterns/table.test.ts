import { expect, test } from 'vitest';
import { wordsIn } from '../../../harness/console/lines/words.ts';
import { harmless, table } from '../../../harness/console/patterns/table.ts';
import { rowsFor, vocabulary } from '../../../harness/console/patterns/vocabulary.ts';
import { findingSchema } from '../../../harness/console/finding.ts';
import { bytesOfLog, recordedLogs } from '../corpus/logs.ts';
import { readText } from '../support.ts';
import { samples } from './table-samples.ts';

const used = samples.map(([head, kind, title]) => ({ head, kind, title }));
const rowOf = (head: string) =>
  rowsFor(wordsIn(vocabulary, head)).find((row) => row.head.test(head) && !harmless.test(head));

test.each(used)('$head', ({ head, kind, title }) => {
  const { findings } = readText(
    `[    1.000000] ${head}`,
    ...['Call Trace:', ' dump_stack+0x1/0x2', ' culprit+0x1/0x2'].map((line) => `[    1.000001] ${line}`),
  );
  expect(findings.map((finding) => [finding.kind, finding.title])).toEqual([[kind, title]]);
  expect(() => findingSchema.parse(findings[0])).not.toThrow();
});

test('every row of the tables has a sample', () => {
  const reached = new Set(used.map(({ head }) => rowOf(head)));
  expect(table.filter((row) => !reached.has(row)).map(({ head }) => head.source)).toEqual([]);
});

test.skipIf(recordedLogs === null)('no line that a row matches lacks the words of the row', () => {
  const lines = new Set(
    (recordedLogs ?? []).flatMap((log) =>
      Buffer.from(bytesOfLog(log))
        .toString('utf8')
        .split(/[\r\n]+/),
    ),
  );
  const heads = [...lines].map((line) => line.replace(/^(?:<\d+>)?\[ *[\d.]+\](?:\[ *[TC]\d+\])? ?/, ''));
  const lost = heads.filter((line) =>
    table.some(({ head, words }) => head.test(line) && !words.some((word) => line.includes(word))),
  );
  expect(lost).toEqual([]);
});
