import type { Frame } from '../../finding.ts';
import type { Stack, StackRole } from '../../stacks/stacks.ts';
import type { ConsoleEvent } from '../event.ts';
import type { Groups } from '../groups.ts';

/** A report that was recognized, and what was read of it. */
export interface Read {
  readonly event: ConsoleEvent;
  /** Its own lines. */
  readonly texts: readonly string[];
  readonly groups: Groups;
  readonly stacks: readonly Stack[];
}

/** Groups of the first line that matches, undefined when none does. */
export function firstMatch(texts: readonly string[], pattern: RegExp): Groups | undefined {
  for (const text of texts) {
    const groups = pattern.exec(text)?.groups;
    if (groups !== undefined) return groups;
  }
  return undefined;
}

export function stackOf(stacks: readonly Stack[], role: StackRole): Frame[] {
  return [...(stacks.find((stack) => stack.role === role)?.frames ?? [])];
}

export function stackAfter(stacks: readonly Stack[], opener: RegExp): Frame[] {
  return [...(stacks.find((stack) => opener.test(stack.opener))?.frames ?? [])];
}

/** Only what is there: no keys without values. */
export function known<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** Undefined also for what no kernel counts to: torn lines glue digits together. */
export function toNumber(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isSafeInteger(number) ? number : undefined;
}
