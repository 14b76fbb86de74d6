import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patchsetHash, sha256 } from '../../../harness/source/series/hash.ts';
import { unixNewlines } from '../../../harness/source/series/newlines.ts';
import { parseSubject } from '../../../harness/source/series/subject.ts';
import { scratch, write } from '../fixture.ts';

test('patchsetHash is KCIDB’s, as coreutils computes it', () => {
  const directory = write(scratch(), { a: 'first', b: 'second\n' });
  const sums = execFileSync('sha256sum', [join(directory, 'a'), join(directory, 'b')], { encoding: 'utf8' });
  const lines = sums.replaceAll(/ .*/g, '');
  const expected = execFileSync('sha256sum', { input: lines, encoding: 'utf8' }).slice(0, 64);
  expect(patchsetHash([sha256('first'), sha256('second\n')])).toBe(expected);
});

test.each([
  [
    '[PATCH v12 21/31] mm: introduce find_vma_rcu()',
    { title: 'mm: introduce find_vma_rcu()', number: 21, of: 31, reply: false },
  ],
  ['[RFC PATCH 03/9][v2] x: y', { title: 'x: y', number: 3, of: 9, reply: false }],
  ['[PATCH] mm: 1/2 of it', { title: 'mm: 1/2 of it', reply: false }],
  ['Re: [PATCH 1/2] mm: x', { title: 'Re: [PATCH 1/2] mm: x', reply: true }],
  ['mm: x', { title: 'mm: x', reply: false }],
])('subject %s', (subject, expected) => {
  expect(parseSubject(subject)).toEqual(expected);
});

test('CRLF of a whole patch is undone, exactly', () => {
  const body = fc
    .array(fc.string({ unit: fc.constantFrom('a', ' ', '+', '-') }))
    .map((lines) => `--- a/x\n+++ b/x\n${lines.join('\n')}\n`);
  fc.assert(
    fc.property(body, (text) => {
      expect(unixNewlines(text.replaceAll('\n', '\r\n'))).toBe(text);
      expect(unixNewlines(text)).toBe(text);
    }),
  );
});

test('carriage returns of content lines alone stay', () => {
  const text = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\r\n+b\r\n';
  expect(unixNewlines(text)).toBe(text);
  expect(unixNewlines(`Words\r\n\r\nhere\n${text}`)).toBe(`Words\r\n\r\nhere\n${text}`);
});
