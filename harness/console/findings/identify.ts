import type { FindingKind } from '../finding.ts';
import type { Blame, Variant } from '../patterns/row.ts';
import type { Blamed } from '../stacks/blame.ts';
import { type Blaming, blameEvent } from './blamed.ts';
import { doubtOf } from './doubt.ts';
import { objectDumpStart } from './dump.ts';
import type { ConsoleEvent } from './event.ts';
import { type Groups, namedGroups } from './groups.ts';
import { isIntruded } from './intrusion.ts';
import { signatureOf, titleOf } from './title.ts';

/** What an event is, and by whom; all that is needed to know whether it was seen before. */
export interface Identity extends Blaming {
  readonly kind: FindingKind;
  readonly texts: readonly string[];
  readonly groups: Groups;
  /** Who stands in the titles. */
  readonly named: Blamed | null;
  readonly title: string;
  readonly signature: string;
  readonly variant: Variant;
  /** Another task's dump stands in the report. */
  readonly intruded: boolean;
}

const byTop: Blame = { pick: 'top' };

export function identify(event: ConsoleEvent): Identity {
  const texts = event.own.map(({ text }) => text);
  const variant = chooseVariant(event, texts);
  const groups = { ...namedGroups(event.row.head, event.head.text), ...nearGroups(variant, texts) };
  const how = variant.blame ?? byTop;
  const blaming = blameEvent(event, texts, how);
  const { stacks } = blaming;
  const intruded = how.pick !== 'none' && how.pick !== 'named' && isIntruded(event, texts, stacks);
  const blamed = intruded ? null : blaming.blamed;

  const kind = kindOf(variant.kind ?? event.row.kind, event);
  const traced = stacks.some(({ frames }) => frames.length > 0);
  const named = how.traced === true && !traced ? null : blamed;
  const title = titleOf(variant, groups, named);
  const signature = signatureOf(kind, title, blamed);
  return { ...blaming, blamed, kind, texts, groups, named, title, signature, variant, intruded };
}

/** Why the report may not be whole, undefined when nothing speaks for that. */
export function corruptedBy({ variant, intruded, stacks, blamed, texts }: Identity): string | undefined {
  if (variant.corrupted !== undefined) return variant.corrupted;
  return intruded
    ? "another task's dump is mixed in"
    : doubtOf(variant.blame ?? byTop, stacks, blamed, texts);
}

/** A BUG() with an object dumped before it is a VM_BUG_ON_*(). */
function kindOf(kind: FindingKind, { before }: ConsoleEvent): FindingKind {
  return kind === 'bug' && objectDumpStart(before.map(({ text }) => text)) >= 0 ? 'vm-bug-on' : kind;
}

function chooseVariant({ row, before }: ConsoleEvent, texts: readonly string[]): Variant {
  const fits = (variant: Variant) =>
    (variant.near ?? []).every((pattern) => texts.some((text) => pattern.test(text))) &&
    (variant.before === undefined || before.some(({ text }) => variant.before?.test(text)));
  return row.variants.find(fits) ?? row.variants[0];
}

function nearGroups(variant: Variant, texts: readonly string[]): Groups {
  const groups: Record<string, string> = {};
  for (const pattern of variant.near ?? []) {
    const text = texts.find((line) => pattern.test(line));
    if (text !== undefined) Object.assign(groups, namedGroups(pattern, text));
  }
  return groups;
}
