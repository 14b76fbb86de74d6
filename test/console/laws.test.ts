import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxEventLines } from '../../harness/console/findings/event.ts';
import { createConsoleReader, readConsole } from '../../harness/console/reader.ts';
import { bytesOf, sampleBytes } from './support.ts';

const samples = ['vm-bug-on-vma', 'vm-bug-on-page', 'no-root'].map(sampleBytes);

/** Bytes cut at arbitrary places, empty chunks included. */
const cut = (bytes: Uint8Array, places: readonly number[]) => {
  const ends = [
    ...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
};

const readChunks = (chunks: readonly Uint8Array[]) => {
  const reader = createConsoleReader();
  chunks.forEach((chunk) => reader.push(chunk));
  return reader.end();
};

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });

test('any chunking of a real console gives the same report', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), places, (bytes, at) => {
      expect(readChunks(cut(bytes, at))).toEqual(readConsole(bytes));
    }),
    { numRuns: 40 },
  );
});

test('single bytes give the same report', () => {
  const bytes = sampleBytes('vm-bug-on-vma');
  expect(readChunks([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(readConsole(bytes));
});

const fragment = fc.constantFrom(
  ...[
    'BUG: KASAN: use-after-free in a+0x1/0x2',
    'Read of size 8 at addr ffff888000000000 by task a/1',
    'Call Trace:',
    ' ? a+0x1/0x2',
  ],
  ...[
    'kernel BUG at mm/mmap.c:1!',
    'page:',
    'vma ffff888000981000 start ',
    'RIP: 0010:b+0x',
    '---[ end trace',
    'Kernel panic - not syncing: ',
  ],
  ...[
    '[    1.000000][  T1] ',
    '[    2.000000][   C0] ',
    '<4>',
    '\x1b[2J',
    '\0',
    '\r',
    '\n',
    '\r\n',
    'WARNING: CPU: 1 PID: 1 at a.c:1 f+0x1/0x2',
    'Linux version 5.10 (',
  ],
  ...[
    'INFO: rcu_preempt detected stalls on CPUs/tasks:',
    'INFO: task a:1 blocked for more than 1 seconds',
    '[ INFO: possible circular locking dependency detected ]',
  ],
);

test('noise made of report fragments never throws and is the same at every chunking', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fragment, fc.string())), places, (parts, at) => {
      const bytes = bytesOf(parts.join(''));
      expect(readChunks(cut(bytes, at))).toEqual(readConsole(bytes));
    }),
    { numRuns: 300 },
  );
});

test('arbitrary bytes never throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => readConsole(bytes).lines >= 0));
});

test('a report repeated is one finding, counted', () => {
  const bytes = sampleBytes('vm-bug-on-vma');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), (times) => {
      const [only, ...more] = readChunks(Array.from({ length: times }, () => bytes)).findings;
      expect(more.map(({ kind }) => kind)).toEqual([]);
      expect(only?.count).toBe(times);
    }),
    { numRuns: 5 },
  );
});

test('a report without end does not grow without end', () => {
  const frames = Array.from({ length: 20 * maxEventLines }, (_, index) => ` f${index}+0x1/0x2`);
  const { findings, lines } = readConsole(
    bytesOf(['BUG: scheduling while atomic: a/1/0x2', 'Call Trace:', ...frames].join('\n')),
  );
  expect(lines).toBe(frames.length + 2);
  expect(findings).toHaveLength(1);
  expect(findings[0]?.lines.last).toBeLessThanOrEqual(maxEventLines);
});
