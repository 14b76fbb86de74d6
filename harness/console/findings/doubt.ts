import type { Blame } from '../patterns/row.ts';
import type { Blamed } from '../stacks/blame.ts';
import type { Stack } from '../stacks/stacks.ts';

/** kernel/printk/printk.c, when the console is slower than the kernel. */
const dropped = /^\*\* \d+ printk messages dropped/;

/** Why a report may not be whole, undefined when nothing speaks for that. */
export function doubtOf(
  how: Blame,
  stacks: readonly Stack[],
  blamed: Blamed | null,
  texts: readonly string[],
): string | undefined {
  const named = how.pick === 'none' || how.pick === 'named';
  if (named) {
    if (how.pick === 'none' && stacks.some(isHollow)) return 'a call trace is empty';
    return how.printsTrace === true && !hasTrace(stacks) ? 'no call trace in the report' : undefined;
  }
  if (stacks.every(({ frames }) => frames.length === 0)) return 'no stack in the report';
  if (blamed === null) return 'no usable function in the stack';
  if (!hasTrace(stacks)) return 'no call trace in the report';
  if (how.pick !== 'hang' && stacks.some(isHollow)) return 'a call trace is empty';
  if (texts.some((text) => text.startsWith('** ') && dropped.test(text)))
    return 'the kernel dropped lines of the report';
  return undefined;
}

const hasTrace = (stacks: readonly Stack[]): boolean =>
  stacks.some(({ role, frames }) => role === 'trace' && frames.length > 0);

/** Announced, and then nothing that the unwinder is sure of. */
const isHollow = ({ opener, frames }: Stack): boolean =>
  /^\s*Call [Tt]race:/.test(opener) && frames.every(({ unreliable }) => unreliable);
