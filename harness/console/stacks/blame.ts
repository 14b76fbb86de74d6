import type { Frame } from '../finding.ts';
import type { Blame } from '../patterns/row.ts';
import { anchors, callEntries, families, testRunner, waitedFor, waiting, watchers } from './anchors.ts';
import { carrier, helper } from './skip.ts';
import type { Stack } from './stacks.ts';

export interface Blamed {
  /** Name for titles and signatures; families and entry points have their common name. */
  readonly name: string;
  /** As the stack has it. */
  readonly symbol: string;
}

/** Functions named outside of the stacks. */
export interface Mentioned {
  /** Come before the stacks: the place of a WARNING, the lock that is wanted. */
  readonly first: readonly string[];
  /** Come after them, helpers or not. */
  readonly last: readonly string[];
}

/**
 * Whose function a report is named after, null when no stack says.
 *
 * @param stacks all stacks of the report, in order.
 */
export function findBlamed(stacks: readonly Stack[], { first, last }: Mentioned, how: Blame): Blamed | null {
  const skipped = (name: string) => carrier.test(name) || (how.skip?.test(name) ?? false);
  const traces = relevant(stacks, how)
    .map(({ frames }) => reliable(frames))
    .filter((names) => names.length > 0);
  switch (how.pick) {
    case 'none':
      return null;
    case 'named':
      return first[0] === undefined ? null : named(first[0], []);
    case 'top': {
      const names = [...first, ...traces.flat()];
      const test = names.findIndex((name) => testRunner.test(name)) - 1;
      const found =
        names.find((name, index) => index === test || (!skipped(name) && !helper.test(name))) ??
        last.find((name) => !skipped(name));
      return found === undefined ? null : named(found, []);
    }
    case 'hang': {
      const names = traces[0] ?? [];
      const found =
        names.find((name) => waitedFor.test(name)) ??
        names.find((name) => !skipped(name) && !waiting.test(name));
      return found === undefined ? null : named(found, families);
    }
    case 'stall': {
      const found = entryOfWork(loopOf(traces, how), skipped);
      return found === undefined ? null : named(found, families);
    }
  }
}

function relevant(stacks: readonly Stack[], how: Blame): readonly Stack[] {
  const { stack } = how;
  if (how.history === true) return stacks;
  if (stack !== undefined) return stacks.filter(({ opener }) => stack.test(opener)).slice(0, 1);
  return stacks.filter(({ role }) => role === 'trace' || role === 'counter');
}

function reliable(frames: readonly Frame[]): string[] {
  return frames.filter((frame) => frame.unreliable !== true).map((frame) => frame.function);
}

/** The functions of the loop, without the traces of the watching threads, which are printed with it. */
function loopOf(traces: readonly (readonly string[])[], { below, onlyBelow }: Blame): readonly string[] {
  const all = traces.map(withoutWatchers).flat();
  let start = all.findIndex((name) => below?.test(name));
  if (onlyBelow === true && start < 0) return [];
  while (below?.test(all[start + 1] ?? '')) start += 1;
  return all.slice(start + 1);
}

/** A watcher sleeps: some of `__schedule`, `schedule` and `schedule_timeout` stand above it. */
function withoutWatchers(names: readonly string[]): readonly string[] {
  const watcher = names.findIndex((name) => watchers.test(name));
  if (watcher < 0) return names;
  const before = names.slice(0, watcher);
  return before.slice(0, before.findLastIndex((name) => !/^(?:__)?schedule/.test(name)) + 1);
}

function entryOfWork(names: readonly string[], skipped: (name: string) => boolean): string | undefined {
  const anchor = names.findIndex((name) => anchors.test(name));
  const family = families.find(([pattern]) => pattern.test(names[anchor] ?? ''));
  if (family !== undefined) return names[anchor];
  const above = names.slice(0, anchor < 0 ? undefined : anchor).filter((name) => !skipped(name));
  return anchor < 0 ? above[0] : (above.at(-1) ?? names[anchor]);
}

function named(symbol: string, more: readonly (readonly [RegExp, string])[]): Blamed {
  const family = more.find(([pattern]) => pattern.test(symbol));
  if (family !== undefined) return { name: family[1], symbol };
  const entry = callEntries.find(([pattern]) => pattern.test(symbol));
  return { name: entry === undefined ? symbol : symbol.replace(entry[0], entry[1]), symbol };
}
