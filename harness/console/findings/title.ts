import type { FindingKind } from '../finding.ts';
import type { Variant } from '../patterns/row.ts';
import type { Blamed } from '../stacks/blame.ts';
import type { Groups } from './groups.ts';

/** The title of a report. Without a function it says `corrupted` in its place. */
export function titleOf({ title }: Variant, groups: Groups, blamed: Blamed | null): string {
  return fill(title, groups, blamed?.name);
}

/** The other titles under which people know a report: by the function's own name, by the class of the bug. */
export function altTitlesOf(variant: Variant, groups: Groups, blamed: Blamed | null): string[] {
  const main = titleOf(variant, groups, blamed);
  const others = [variant.title, ...(variant.alt ?? [])].flatMap((template) =>
    [blamed?.symbol, blamed?.name].map((name) => fill(template, groups, name)),
  );
  return [...new Set(others)].filter((other) => other !== main).sort();
}

/** Kind, what is wrong and who is blamed; the same for the same defect on every run. */
export function signatureOf(kind: FindingKind, title: string, blamed: Blamed | null): string {
  const what = blamed === null ? title : title.replace(` in ${blamed.name}`, '');
  return `${kind}: ${what}: ${blamed?.name ?? '-'}`;
}

function fill(template: string, groups: Groups, frame = 'corrupted'): string {
  const parts = template.split('{frame}').map((part) => withoutNumbers(replaceNames(part, groups)));
  return parts.join(frame).trim();
}

function replaceNames(template: string, groups: Groups): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => groups[name] ?? '');
}

/** Addresses and numbers differ from run to run, and with them a title would. */
export function withoutNumbers(text: string): string {
  return text
    .replace(/\b(?:0x)?[0-9a-f]{8,16}\b/g, 'ADDR')
    .replace(/\d{5,}/g, 'NUM')
    .replace(/(?<![\w])\d+(?![A-Za-z_])/g, 'NUM')
    .replace(/(?<=\.)\d+/g, 'NUM');
}
