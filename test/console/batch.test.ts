import { expect, test } from 'vitest';
import { batchInputSchema, readBatchEntry } from '../../harness/console/batch.ts';
import { sampleBytes } from './support.ts';

const crash = {
  id: 'x',
  crash: true,
  title: 'kernel BUG in shmem_write_end',
  alt: [],
  type: 'BUG',
  corrupted: false,
  panicked: true,
  frame: 'shmem_write_end',
};
const clean = {
  id: 'x',
  crash: false,
  title: null,
  alt: [],
  type: null,
  corrupted: false,
  panicked: false,
  frame: null,
};

test('a log in text and in base64 has the same answer', () => {
  const bytes = sampleBytes('vm-bug-on-page');
  expect(readBatchEntry({ id: 'x', log: bytes.toString('utf8'), encoding: 'utf8' })).toEqual(crash);
  expect(readBatchEntry({ id: 'x', log: bytes.toString('utf8') })).toEqual(crash);
  expect(readBatchEntry({ id: 'x', log: bytes.toString('base64'), encoding: 'base64' })).toEqual(crash);
});

test('an empty log, a process killed for memory, and base64 that is none are no crash', () => {
  expect(readBatchEntry({ id: 'x', log: '' })).toEqual(clean);
  expect(readBatchEntry({ id: 'x', log: sampleBytes('oom').toString('utf8') })).toEqual(clean);
  expect(readBatchEntry({ id: 'x', log: '###', encoding: 'base64' })).toEqual(clean);
});

test('a line without a log is refused', () => {
  expect(batchInputSchema.safeParse({ id: 1, log: 'words' }).success).toBe(true);
  expect(batchInputSchema.safeParse({ id: 1 }).success).toBe(false);
  expect(batchInputSchema.safeParse({ id: 1, log: '', encoding: 'latin1' }).success).toBe(false);
});
