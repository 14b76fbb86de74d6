import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readConsole } from '../../harness/console/reader.ts';

/**
 * A boot of our KASAN kernel with KASAN's own tests (test/record/kasan.ts; lib/test_kasan.c of 5.10). Each test does on purpose
 * what is wrong, and KUnit says in TAP where it ends: that, and what the test's source does, are the answers.
 */
const bytes = gunzipSync(readFileSync(new URL('samples/kasan/test_kasan.log.gz', import.meta.url)));
const { findings } = readConsole(bytes);

type Answer = readonly [test: string, title: string, count: number];
const write =
  (bug: string) =>
  (name: string): Answer => [name, `KASAN: ${bug} Write in ${name}`, 1];
const read =
  (bug: string) =>
  (name: string): Answer => [name, `KASAN: ${bug} Read in ${name}`, 1];
const free = (name: string): Answer => [name, `KASAN: invalid-free in ${name}`, 1];
const [slabWrite, slabRead] = [write('slab-out-of-bounds'), read('slab-out-of-bounds')];
const [freedWrite, freedRead] = [write('use-after-free'), read('use-after-free')];

const answers: readonly Answer[] = [
  slabWrite('kmalloc_oob_right'),
  slabRead('kmalloc_oob_left'),
  ...['kmalloc_node_oob_right', 'kmalloc_pagealloc_oob_right'].map(slabWrite),
  freedWrite('kmalloc_pagealloc_uaf'),
  free('kmalloc_pagealloc_invalid_free'),
  ...['kmalloc_large_oob_right', 'kmalloc_oob_krealloc_more', 'kmalloc_oob_krealloc_less'].map(slabWrite),
  slabWrite('kmalloc_oob_16'),
  freedRead('kmalloc_uaf_16'),
  ...['kmalloc_oob_in_memset', 'kmalloc_oob_memset_2', 'kmalloc_oob_memset_4'].map(slabWrite),
  ...['kmalloc_oob_memset_8', 'kmalloc_oob_memset_16'].map(slabWrite),
  // A size below zero is neither of the slab nor of the stack.
  read('out-of-bounds')('kmalloc_memmove_invalid_size'),
  ...['kmalloc_uaf', 'kmalloc_uaf_memset', 'kmalloc_uaf2'].map(freedWrite),
  slabRead('kmem_cache_oob'),
  read('global-out-of-bounds')('kasan_global_oob'),
  read('stack-out-of-bounds')('kasan_stack_oob'),
  ...['kasan_alloca_oob_left', 'kasan_alloca_oob_right'].map(read('alloca-out-of-bounds')),
  slabWrite('ksize_unpoisons_memory'),
  ...['kmem_cache_double_free', 'kmem_cache_invalid_free'].map(free),
  ...['kasan_memchr', 'kasan_memcmp'].map(slabRead),
  // strchr, strrchr, strcmp, strncmp, strlen, strnlen
  ['kasan_strings', 'KASAN: use-after-free Read in kasan_strings', 6],
  // Eight of set_bit() and its kin, eight of test_and_set_bit() and its; two that only look.
  ['kasan_bitops_generic', 'KASAN: slab-out-of-bounds Write in kasan_bitops_generic', 16],
  ['kasan_bitops_generic', 'KASAN: slab-out-of-bounds Read in kasan_bitops_generic', 2],
  // kfree_sensitive() asks for the object's size first.
  freedRead('kmalloc_double_kzfree'),
  free('kmalloc_double_kzfree'),
];

test('each wrong access is found, and named after the test that did it', () => {
  expect(findings.map(({ blamed, title, count }) => [blamed, title, count])).toEqual(answers);
  expect(findings.filter(({ kind, corrupted }) => kind !== 'kasan' || corrupted !== undefined)).toEqual([]);
});

test('each report lies where KUnit says that its test ran', () => {
  const lines = bytes.toString('latin1').split('\n');
  const ends = lines.flatMap((text, line) => {
    const name = / {4}ok \d+ - (\w+)\s*$/.exec(text)?.[1];
    return name === undefined ? [] : [{ line, name }];
  });
  expect(ends).toHaveLength(38);
  for (const { blamed, lines: extent } of findings)
    expect(ends.find(({ line }) => line > extent.last)?.name).toBe(blamed);
});

test('an object’s history is read of those that have one', () => {
  const freed = findings.find(({ blamed }) => blamed === 'kmalloc_uaf');
  expect(freed).toMatchObject({
    access: { direction: 'Write', size: 1 },
    object: { cache: 'kmalloc-16', size: 16 },
    allocatedBy: expect.arrayContaining([expect.objectContaining({ function: 'kmalloc_uaf' })]) as unknown,
    freedBy: expect.arrayContaining([expect.objectContaining({ function: 'kmalloc_uaf' })]) as unknown,
  });
});
