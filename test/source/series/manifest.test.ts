import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/base/errors.ts';
import { parseManifest } from '../../../harness/source/series/manifest.ts';

const good = `name: spf-test
title: A test
base: debian:5.10
symbol: CONFIG_SPECULATIVE_PAGE_FAULT
counter: speculative_pgfault
perfEvent: 11
sysctl: vm.speculative_page_fault
origin: somewhere
patches:
  - { file: 0001-a.patch, number: 1, title: "mm: a" }
  - { file: 0003-b.patch, number: 3, title: "mm: b", note: why }
`;

test('a whole manifest; the symbol loses CONFIG_', () => {
  expect(parseManifest(good, 'series.yaml')).toMatchObject({
    name: 'spf-test',
    symbol: 'SPECULATIVE_PAGE_FAULT',
    perfEvent: 11,
    patches: [{ number: 1 }, { number: 3, note: 'why' }],
  });
});

test.each([
  ['a misspelt key', good.replace('counter:', 'conuter:'), /Unrecognized key: "conuter"/],
  ['a misspelt key of a patch', good.replace('note:', 'noet:'), /patches\.1: Unrecognized key: "noet"/],
  [
    'a path for a file',
    good.replace('0001-a.patch', '../0001-a.patch'),
    /patches\.0\.file: a file name without/,
  ],
  ['a number that is a word', good.replace('number: 1', 'number: one'), /patches\.0\.number: .*number/],
  ['numbers out of order', good.replace('number: 3', 'number: 1'), /patches\.1\.number: 1 comes after 1/],
  ['a file twice', good.replace('0003-b', '0001-a'), /0001-a\.patch is listed twice/],
  ['no patches', good.slice(0, good.indexOf('patches')), /patches: /],
  ['no YAML', 'name: [unclosed', /series\.yaml: /],
  ['not a mapping', '- a\n', /the file: /],
  [
    'two mistakes at once',
    good.replace('perfEvent: 11', 'perfEvent: -1').replace('sysctl: vm.', 'sysctl: '),
    /perfEvent: .*; sysctl: /,
  ],
])('%s is one clear message', (_name, text, message) => {
  expect(() => parseManifest(text, 'x/series.yaml')).toThrow(UsageError);
  expect(() => parseManifest(text, 'x/series.yaml')).toThrow(message);
  expect(() => parseManifest(text, 'x/series.yaml')).toThrow(/^x\/series\.yaml: [^\n]*$/);
});
