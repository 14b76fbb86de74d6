import { expect, test } from 'vitest';
import { cleanLine } from '../../../harness/console/lines/clean.ts';
import { splitPrefix } from '../../../harness/console/lines/prefix.ts';

test.each([
  ['[   54.834944][ T6519] words', [{ text: 'words', time: 54.834944, caller: 'T6519', printk: true }]],
  ['[    0.000000][    C1] words', [{ text: 'words', time: 0, caller: 'C1', printk: true }]],
  ['[12345.678901]  indented', [{ text: ' indented', time: 12345.678901, caller: null, printk: true }]],
  ['<4>[    1.000000] words', [{ text: 'words', time: 1, caller: null, printk: true }]],
  ['<4>words', [{ text: 'words', time: null, caller: null, printk: true }]],
  [
    '[ INFO: suspicious RCU usage. ]',
    [{ text: '[ INFO: suspicious RCU usage. ]', time: null, caller: null, printk: false }],
  ],
  ['', [{ text: '', time: null, caller: null, printk: false }]],
])('%s', (line, printed) => {
  expect(splitPrefix(line, 7, [3])).toEqual(printed.map((one) => ({ number: 7, words: [3], ...one })));
});

const texts = (line: string) => splitPrefix(line, 0, []).map(({ text }) => text);

test('what a program wrote before the kernel did is a line of its own', () => {
  expect(splitPrefix('my login: [   36.852785][ T3615] BUG: words', 0, [])).toMatchObject([
    { text: 'my login: ', time: null, caller: null, printk: false },
    { text: 'BUG: words', time: 36.852785, caller: 'T3615', printk: true },
  ]);
});

test('records that are glued together are told apart', () => {
  expect(
    splitPrefix('[    1.000000] one[    2.000000][   T7] two<4>[    3.000000] three', 0, []),
  ).toMatchObject([
    { text: 'one', time: 1, caller: null },
    { text: 'two', time: 2, caller: 'T7' },
    { text: 'three', time: 3, caller: null },
  ]);
  expect(texts('[    1.000000] at [<ffffffff81000000>] f+0x1/0x2 [mod] [ 5]')).toHaveLength(1);
});

test.each([
  '2026-11-25T09:00:00.123Z ',
  '2026-11-25 09:00:00: ',
  '[2026-11-25 09:00:00,5] ',
  '[09:00:00] ',
  'Nov 25 09:00:00 board7 kernel: ',
  'ttyUSB0| ',
  'rack-1.board7 | ',
])('a logger puts "%s" before each line', (before) => {
  expect(texts(`${before}[    1.000000] words`)).toEqual(['words']);
  expect(texts(`${before}words`)).toEqual(['words']);
});

test('a label is taken off only before a record', () => {
  expect(texts('board7: [    1.000000] words')).toEqual(['words']);
  expect(texts('board7: words')).toEqual(['board7: words']);
});

test.each([
  ['\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS', 'SeaBIOS'],
  ['\u001b]0;title\u0007text', 'text'],
  ['a\u0000b\u007fc\td', 'abc\td'],
  ['plain', 'plain'],
])('%j is cleaned', (raw, clean) => {
  expect(cleanLine(raw)).toBe(clean);
});
