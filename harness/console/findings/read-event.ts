import type { Finding, Frame } from '../finding.ts';
import type { Blame, Variant } from '../patterns/row.ts';
import type { Stack } from '../stacks/stacks.ts';
import { blameEvent } from './blamed.ts';
import { completeFinding } from './complete.ts';
import { doubtOf } from './doubt.ts';
import { type ConsoleEvent, mixedLines } from './event.ts';
import { introduction, reportLines } from './extent.ts';
import { isIntruded } from './intrusion.ts';
import { type Groups, namedGroups } from './groups.ts';
import { findTask } from './task.ts';
import { signatureOf, titlesOf } from './title.ts';

const byTop: Blame = { pick: 'top' };
const maxFrames = 100;
const maxTextLength = 64 * 1024;

/** An event to the finding it is. Never throws: what cannot be read is `corrupted`, with the reason. */
export function readEvent(event: ConsoleEvent): Finding {
  const texts = event.own.map(({ text }) => text);
  const variant = chooseVariant(event, texts);
  const groups = { ...namedGroups(event.row.head, event.head.text), ...nearGroups(variant, texts) };
  const how = variant.blame ?? byTop;
  const { stacks, blamed: found, mixed } = blameEvent(event, texts, how);
  const intruded = how.pick !== 'none' && how.pick !== 'named' && isIntruded(event, texts, stacks);
  const blamed = intruded ? null : found;

  const kind = variant.kind ?? event.row.kind;
  const traced = stacks.some(({ frames }) => frames.length > 0);
  const { title, altTitles } = titlesOf(variant, groups, how.traced === true && !traced ? null : blamed);
  const corrupted =
    variant.corrupted ??
    (intruded ? "another task's dump is mixed in" : undefined) ??
    doubtOf(how, stacks, blamed, texts);
  const lines = [...introduction(event.before), ...reportLines(mixed ? mixedLines(event) : event.own)];
  const common = {
    title,
    altTitles,
    signature: signatureOf(kind, title, blamed),
    blamed: blamed?.name ?? null,
    stack: mainStack(stacks),
    ...findTask(texts, groups),
    ...(corrupted !== undefined && { corrupted }),
    ...(event.panicked !== undefined && { panicked: event.panicked }),
    lines: { first: lines[0]?.number ?? event.head.number, last: lines.at(-1)?.number ?? event.head.number },
    text: lines
      .map(({ text }) => text)
      .join('\n')
      .slice(0, maxTextLength),
    count: 1,
  };
  return completeFinding(kind, { event, texts, groups, stacks }, common);
}

function chooseVariant({ row, before }: ConsoleEvent, texts: readonly string[]): Variant {
  const some = (lines: readonly string[], pattern: RegExp) => lines.some((text) => pattern.test(text));
  const earlier = before.map(({ text }) => text);
  const fits = (variant: Variant) =>
    (variant.near ?? []).every((pattern) => some(texts, pattern)) &&
    (variant.before === undefined || some(earlier, variant.before));
  return row.variants.find(fits) ?? row.variants[0];
}

function nearGroups(variant: Variant, texts: readonly string[]): Groups {
  const matches = (variant.near ?? []).map((pattern) => ({
    pattern,
    text: texts.find((text) => pattern.test(text)),
  }));
  return matches.reduce<Groups>(
    (groups, { pattern, text }) =>
      text === undefined ? groups : { ...groups, ...namedGroups(pattern, text) },
    {},
  );
}

/** Frames of the first trace, the program counter in front. */
function mainStack(stacks: readonly Stack[]): Frame[] {
  const trace = stacks.findIndex(({ role, frames }) => role === 'trace' && frames.length > 0);
  const counter = stacks.slice(0, trace < 0 ? undefined : trace).findLast(({ role }) => role === 'counter');
  return [...(counter?.frames ?? []), ...(stacks[trace]?.frames ?? [])].slice(0, maxFrames);
}
