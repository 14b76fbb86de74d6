import type { Blame } from '../patterns/row.ts';
import { findBlamed, type Blamed } from '../stacks/blame.ts';
import { plainName } from '../stacks/frame.ts';
import { collectStacks, type Stack } from '../stacks/stacks.ts';
import { type ConsoleEvent, mixedLines } from './event.ts';

export interface Blaming {
  readonly stacks: readonly Stack[];
  readonly blamed: Blamed | null;
  /** The stacks of other tasks and CPUs were needed. */
  readonly mixed: boolean;
}

/** Who is blamed by the event's own lines, or by everyone's when its own say nothing (the CPU that stalls is another). */
export function blameEvent(event: ConsoleEvent, texts: readonly string[], how: Blame): Blaming {
  const mentioned = {
    first: (how.first ?? []).flatMap((pattern) => mentionedBy(pattern, texts)),
    last: how.last === undefined ? [] : mentionedBy(how.last, texts),
  };
  const own = collectStacks(texts);
  const blamed = findBlamed(own, mentioned, how);
  if (blamed !== null || how.pick === 'none' || event.others.length === 0)
    return { stacks: own, blamed, mixed: false };
  const stacks = collectStacks(mixedLines(event).map(({ text }) => text));
  return { stacks, blamed: findBlamed(stacks, mentioned, how), mixed: true };
}

function mentionedBy(pattern: RegExp, texts: readonly string[]): string[] {
  const found = texts.map((text) => pattern.exec(text)?.groups?.['fn']);
  return found.filter((fn) => fn !== undefined).map(plainName);
}
