import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findingSchema } from '../../harness/console/finding.ts';
import { readSample } from './support.ts';

/** What lies beside a recorded console: its findings in order, as far as a person has read them in the log. */
const answerSchema = z.strictObject({
  /** Of the kernel that printed it. */
  release: z.string(),
  findings: z.array(z.record(z.string(), z.unknown())),
});
const directory = new URL('samples/', import.meta.url);
const answerOf = (name: string) =>
  answerSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, directory), 'utf8')));
const names = readdirSync(directory)
  .filter((file) => file.endsWith('.log'))
  .map((file) => file.slice(0, -'.log'.length));

test.each(names)('%s', (name) => {
  const answer = answerOf(name);
  const { findings, boots } = readSample(name);
  expect(findings.map(({ title }) => title)).toHaveLength(answer.findings.length);
  for (const [index, wanted] of answer.findings.entries()) {
    expect(findings[index]).toMatchObject({ count: 1, ...wanted });
    if (wanted['corrupted'] === undefined) expect(findings[index]?.corrupted).toBeUndefined();
    expect(() => findingSchema.parse(findings[index])).not.toThrow();
  }
  expect(boots.map(({ release }) => release)).toEqual([answer.release]);
});

test('the text of a VM_BUG_ON begins with the dump and ends with the report', () => {
  const text = readSample('vm-bug-on-vma').findings[0]?.text.split('\n') ?? [];
  expect(text[0]).toMatch(/^vma ffff888000981000 start /);
  expect(text).toContain('kernel BUG at mm/gup.c:1410!');
  expect(text.at(-1)).toMatch(/^---\[ end trace /);
});

test('the program counter stands before the trace and is marked', () => {
  const stack = readSample('vm-bug-on-vma').findings[0]?.stack ?? [];
  expect(stack[0]).toEqual({ function: 'populate_vma_page_range', offset: 0x90, size: 0xb0, counter: true });
  expect(stack.filter(({ unreliable }) => unreliable !== true).map((frame) => frame.function)).toContain(
    '__mm_populate',
  );
});
