import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPrintkPrefix } from '../../../harness/console/lines/printk-prefix.ts';

/** What the reader says of itself. */
const pattern = /(?:<\d{1,3}>)?\[ {0,6}(\d{1,8}\.\d{6})(?:@\d+)?\] ?(?:\[ {0,8}([TC]\d+)\] ?)?/y;

function byPattern(text: string, at: number) {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match && { time: Number(match[1]), caller: match[2] ?? null, end: pattern.lastIndex };
}

/** Each place of a prefix, with what may stand there and what may not. */
const places = [
  ['', '', '', '<4>', '<123>', '<1234>', '<>', '<4'],
  ['[', '[', '[', '[', '[', ''],
  ['', '  ', '      ', '       '],
  ['1', '123', '12345678', '123456789', ''],
  ['.', '.', '.', '.', '.', ' '],
  ['000000', '852785', '123456', '12345', '1234567'],
  ['', '', '', '@3', '@'],
  [']', ']', ']', ']', ']', ' ]'],
  ['', ' ', '  '],
  ['', '[', '[  ', '[        ', '[         '],
  ['', 'T123', 'C1', 'T', 'X1'],
  ['', ']', '] ', ']  '],
  ['', 'words', '[    2.000000] words'],
].map((choices) => fc.constantFrom(...choices));

test('reads what its pattern reads, wherever it begins', () => {
  const texts = fc.tuple(...places).map((parts) => parts.join(''));
  let read = 0;
  fc.assert(
    fc.property(texts, fc.constantFrom(0, 0, 0, 1, 4), (text, at) => {
      const prefix = readPrintkPrefix(text, at);
      expect(prefix).toEqual(byPattern(text, at));
      if (prefix !== null) read += 1;
    }),
    { numRuns: 40_000 },
  );
  expect(read).toBeGreaterThan(1000);
});

test('times are those that Number() reads', () => {
  fc.assert(
    fc.property(fc.nat(99_999_999), fc.nat(999_999), (seconds, micros) => {
      const time = `${seconds}.${String(micros).padStart(6, '0')}`;
      expect(readPrintkPrefix(`[${time}] words`, 0)?.time).toBe(Number(time));
    }),
    { numRuns: 5_000 },
  );
});
