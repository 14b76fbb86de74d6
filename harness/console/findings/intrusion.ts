import type { Stack } from '../stacks/stacks.ts';
import type { ConsoleEvent } from './event.ts';

/**
 * Dumps that are no complaints, so that they open no event of their own, and have a stack: lib/fault-inject.c
 * fail_dump(), mm/page_alloc.c warn_alloc().
 */
const dumps =
  /FAULT_INJECTION: forcing a failure|: (?:vmalloc|page allocation|page) (?:error|failure)|: vmalloc: allocation failure/;
const frame = /\+0x[0-9a-f]+\/0x/;
/** A dump that began this many lines before a report may still be printing its stack. */
const maxLead = 10;

/**
 * Whether another task's dump stands in the lines of a report whose kernel does not tell its callers apart
 * (CONFIG_PRINTK_CALLER): then the stack may be the other's.
 */
export function isIntruded(
  { head, before }: ConsoleEvent,
  texts: readonly string[],
  stacks: readonly Stack[],
): boolean {
  if (head.caller !== null) return false;
  const end = stacks.find(({ role, frames }) => role === 'trace' && frames.length > 0)?.end ?? texts.length;
  if (texts.slice(0, end).some((text) => dumps.test(text))) return true;
  const lead = before.slice(-maxLead).map(({ text }) => text);
  const start = lead.findLastIndex((text) => dumps.test(text));
  return start >= 0 && !lead.slice(start).some((text) => frame.test(text));
}
