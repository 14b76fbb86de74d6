import type { Blame } from '../patterns/row.ts';
import type { Blamed } from '../stacks/blame.ts';
import type { Stack } from '../stacks/stacks.ts';

/** Why a report may not be whole, undefined when nothing speaks for that. */
export function doubtOf(
  how: Blame,
  stacks: readonly Stack[],
  blamed: Blamed | null,
  texts: readonly string[],
): string | undefined {
  if (how.pick === 'none') return undefined;
  if (stacks.every(({ frames }) => frames.length === 0)) return 'no stack in the report';
  if (blamed === null) return 'no usable function in the stack';
  if (!stacks.some(({ role, frames }) => role === 'trace' && frames.length > 0))
    return 'no call trace in the report';
  if (texts.some((text) => /^\*\* \d+ printk messages dropped/.test(text)))
    return 'the kernel dropped lines of the report';
  return undefined;
}
