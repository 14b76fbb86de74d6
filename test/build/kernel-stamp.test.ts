import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { productNames, verifyStamp, writeStamp } from '../../harness/build/kernel-stamp.ts';

let directory: string;
const products = ['bzImage', ...Object.values(productNames)];
const stamp = {
  key: 'k1',
  treeKey: 't',
  arch: 'x86_64',
  profile: 'race',
  label: 'base',
  image: 'bzImage',
  release: '5.10.223-spf-base-race-00000000',
  compiler: 'gcc',
  configHash: 'c',
  symbols: {
    asked: 2,
    got: 1,
    dropped: [{ symbol: 'A', asked: 'y', reason: 'no such symbol', must: false }],
  },
  seconds: 1.5,
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stamp-'));
  for (const name of products) await writeFile(join(directory, name), `content of ${name}`);
  await writeStamp(directory, stamp);
});
afterEach(() => rm(directory, { recursive: true }));

test('what was stamped verifies', async () => {
  expect(await verifyStamp(directory, 'k1')).toMatchObject(stamp);
});

test('another key is another kernel', async () => {
  expect(await verifyStamp(directory, 'k2')).toBeUndefined();
});

test.each(products)('a changed %s is not taken for whole', async (name) => {
  await appendFile(join(directory, name), '!');
  expect(await verifyStamp(directory, 'k1')).toBeUndefined();
});

test('nor is a missing product, a torn stamp, or none', async () => {
  await rm(join(directory, 'vmlinux'));
  expect(await verifyStamp(directory, 'k1')).toBeUndefined();
  await writeFile(join(directory, 'stamp.json'), '{"schema":"spf-harness/kern');
  expect(await verifyStamp(directory, 'k1')).toBeUndefined();
  expect(await verifyStamp(join(directory, 'nowhere'), 'k1')).toBeUndefined();
});
