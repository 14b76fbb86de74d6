import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter, maxLineBytes } from '../../../harness/console/lines/split.ts';
import { bytesOf } from '../support.ts';

const split = (...chunks: Uint8Array[]) => {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  chunks.forEach((chunk) => splitter.push(chunk));
  splitter.end();
  return lines;
};

test('LF, CR LF and CR end lines; a CR LF may straddle chunks', () => {
  expect(split(bytesOf('a\nb\r\nc\rd'))).toEqual(['a', 'b', 'c', 'd']);
  expect(split(bytesOf('a\r'), bytesOf('\nb'))).toEqual(['a', 'b']);
  expect(split(bytesOf('a\n\nb\r\n\r\nc\n'))).toEqual(['a', '', 'b', '', 'c']);
});

test('a character may straddle chunks', () => {
  const [first, ...rest] = bytesOf('ü\n');
  expect(split(Uint8Array.of(first ?? 0), Uint8Array.from(rest))).toEqual(['ü']);
});

test('bytes that are no UTF-8 become U+FFFD', () => {
  expect(split(Uint8Array.of(0x61, 0xff, 0x62, 0x0a))).toEqual(['a\ufffdb']);
});

test('a line is cut at its bound and the next one is whole', () => {
  const [long, next] = split(bytesOf(`${'x'.repeat(3 * maxLineBytes)}\nnext`));
  expect(long).toHaveLength(maxLineBytes);
  expect(next).toBe('next');
});

test('the bound holds however the line is cut', () => {
  const part = bytesOf('x'.repeat(maxLineBytes - 1));
  expect(split(part, part, bytesOf('\nnext')).map(({ length }) => length)).toEqual([maxLineBytes, 4]);
});

test('lines come out as they went in', () => {
  const line = fc.string({ unit: fc.constantFrom(...'aé[]: ') });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
      expect(split(bytesOf(lines.map((text) => text + end).join('')))).toEqual(lines);
    }),
  );
});
