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
  expect(splitPrefix(line)).toEqual(printed);
});

test('what a program wrote before the kernel did is a line of its own', () => {
  expect(splitPrefix('login: [   36.852785][ T3615] BUG: words')).toEqual([
    { text: 'login: ', time: null, caller: null, printk: false },
    { text: 'BUG: words', time: 36.852785, caller: 'T3615', printk: true },
  ]);
});

test.each([
  ['\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS', 'SeaBIOS'],
  ['\u001b]0;title\u0007text', 'text'],
  ['a\u0000b\u007fc\td', 'abc\td'],
  ['plain', 'plain'],
])('%j is cleaned', (raw, clean) => {
  expect(cleanLine(raw)).toBe(clean);
});
