import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Line } from '../../../harness/console/lines/line.ts';
import { createLineScanner, maxLineBytes } from '../../../harness/console/lines/scan.ts';
import { compileWords } from '../../../harness/console/lines/words.ts';
import { bytesOf } from '../support.ts';

const machine = compileWords(['needle', 'eel']);
const lineOf = (text: string, number: number, words: readonly number[]): Line => ({
  number,
  text,
  words,
  time: null,
  caller: null,
  printk: false,
});

const scan = (chunks: readonly Uint8Array[], { quiet = false, keep = 4 } = {}) => {
  const taken: Line[] = [];
  const scanner = createLineScanner(machine, keep, {
    parse: (clean, number, words) => [lineOf(clean, number, words)],
    take: (line) => taken.push(line),
    quiet: () => quiet,
  });
  chunks.forEach((chunk) => scanner.push(chunk));
  scanner.end();
  return { taken, recent: scanner.recent(), lines: scanner.lines() };
};
const split = (...chunks: Uint8Array[]) => scan(chunks).taken.map(({ text }) => text);
const chop = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

describe('lines', () => {
  test('LF, CR LF and CR end lines; a CR LF may straddle chunks', () => {
    expect(split(bytesOf('a\nb\r\nc\rd'))).toEqual(['a', 'b', 'c', 'd']);
    expect(split(bytesOf('a\r'), bytesOf('\nb'))).toEqual(['a', 'b']);
    expect(split(bytesOf('a\r'), bytesOf('b\nc'))).toEqual(['a', 'b', 'c']);
    expect(split(bytesOf('a\n\nb\r\n\r\nc\n'))).toEqual(['a', '', 'b', '', 'c']);
  });

  test('are numbered as an editor numbers them', () => {
    const { taken, lines } = scan([bytesOf('a\nb\r\nc\rd\n\ne')]);
    expect(taken.map(({ text, number }) => [text, number])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['d', 2],
      ['', 3],
      ['e', 4],
    ]);
    expect(lines).toBe(5);
  });

  test('a character may straddle chunks; bytes that are no UTF-8 become U+FFFD', () => {
    const [first, ...rest] = bytesOf('ü\n');
    expect(split(Uint8Array.of(first ?? 0), Uint8Array.from(rest))).toEqual(['ü']);
    expect(split(Uint8Array.of(0x61, 0xff, 0x62, 0x0a))).toEqual(['a\ufffdb']);
  });

  test('come out as they went in', () => {
    const line = fc.string({ unit: fc.constantFrom(...'aé[]: ') });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
        expect(split(bytesOf(lines.map((text) => text + end).join('')))).toEqual(lines);
      }),
    );
  });
});

describe('a line without end', () => {
  const long = 'x'.repeat(3 * maxLineBytes + 5);
  test.each([1e9, 4096, 1000, maxLineBytes])('comes in pieces, the same in chunks of %i', (size) => {
    expect(split(...chop(bytesOf(`${long}\nnext`), size)).map(({ length }) => length)).toEqual([
      maxLineBytes,
      maxLineBytes,
      maxLineBytes,
      5,
      4,
    ]);
  });

  test('a line of just the bound is whole', () => {
    const whole = 'x'.repeat(maxLineBytes);
    expect(split(bytesOf(`${whole}\n`))).toEqual([whole]);
    expect(split(...chop(bytesOf(`${whole}\n`), 100))).toEqual([whole]);
  });

  test('a record of printk in it is not torn', () => {
    const record = '[   12.345678][  T1] BUG: needle';
    const noise = 'x'.repeat(maxLineBytes - 20);
    const { taken } = scan([bytesOf(`${noise}${record}\n`)], { quiet: true });
    expect(taken.map(({ text }) => text)).toEqual([record]);
  });
});

describe('words', () => {
  test('of a line are known by index, also those within each other', () => {
    const text = 'a needle, an eel, both: needleeel';
    expect(scan([bytesOf(text)]).taken[0]?.words).toEqual([0, 1]);
    expect(scan([bytesOf('a nee')]).taken[0]?.words).toEqual([]);
  });

  test('may straddle chunks and hide behind terminal escapes', () => {
    expect(scan(chop(bytesOf('a needle\n'), 1)).taken[0]?.words).toEqual([0]);
    expect(scan([bytesOf('a nee\u001b[1mdle\n')]).taken).toMatchObject([{ text: 'a needle', words: [0] }]);
  });

  test('of any text are those that a search finds', () => {
    const part = fc.constantFrom('needle', 'eel', 'n', 'e', 'nee', 'l', ' ', 'é', '\0');
    fc.assert(
      fc.property(fc.array(part), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const [line] = scan(chop(bytesOf(`${parts.join('')}\n`), size)).taken;
        const clean = parts.join('').replaceAll('\0', '');
        const wanted = ['needle', 'eel'].flatMap((word, index) => (clean.includes(word) ? [index] : []));
        expect([...(line?.words ?? [])].sort()).toEqual(wanted);
      }),
    );
  });
});

describe('when nobody listens', () => {
  const text = ['one', 'two', 'zwölf', 'needle', 'three', '', 'four'].join('\n');
  test('only lines with words are taken', () => {
    expect(scan([bytesOf(text)], { quiet: true }).taken.map(({ number }) => number)).toEqual([3]);
  });

  test.each([1, 2, 3, 5, 9, 16, 1000])('the last lines are remembered, in chunks of %i', (size) => {
    const buffer = new Uint8Array(size);
    const chunks = chop(bytesOf(text), size);
    // A reader's buffer is overwritten by what comes next.
    const reused = function* () {
      for (const chunk of chunks) {
        buffer.set(chunk);
        yield buffer.subarray(0, chunk.length);
        buffer.fill(0x23);
      }
    };
    const taken: Line[] = [];
    const scanner = createLineScanner(machine, 4, {
      parse: (clean, number, words) => [lineOf(clean, number, words)],
      take: (line) => taken.push(line),
      quiet: () => true,
    });
    for (const chunk of reused()) scanner.push(chunk);
    scanner.end();
    expect(scanner.recent().map(({ text, number }) => [text, number])).toEqual([
      ['needle', 3],
      ['three', 4],
      ['', 5],
      ['four', 6],
    ]);
  });
});
