import { UsageError } from '../../base/errors.ts';
import type { Patch } from '../types.ts';
import type { Draft } from './patch.ts';

/**
 * Drafts in the order of the series: by `[PATCH n/m]` when every one has it, else as they came.
 *
 * @throws UsageError when a numbered series has gaps or two patches of one number (two versions in one mailbox).
 */
export function numberPatches(drafts: readonly Draft[], label: string): Patch[] {
  const numbered = drafts.length > 0 && drafts.every(({ subject }) => subject.number !== undefined);
  if (!numbered) return drafts.map((draft, index) => toPatch(draft, index + 1));
  const sorted = drafts.toSorted((a, b) => (a.subject.number ?? 0) - (b.subject.number ?? 0));
  const total = sorted[0]?.subject.of ?? sorted.length;
  const have = new Map<number, Draft>();
  for (const draft of sorted) {
    const { number = 0, of } = draft.subject;
    const other = have.get(number);
    if (other !== undefined || of !== total) {
      const two = other
        ? `two patches ${number}/${total}: "${other.title}" and "${draft.title}"`
        : `patches of ${total} and of ${of}`;
      throw new UsageError(`${label} has ${two}; keep the mails of one version`);
    }
    have.set(number, draft);
  }
  const missing = Array.from({ length: total }, (_, index) => index + 1).filter(
    (number) => !have.has(number),
  );
  if (missing.length > 0) {
    throw new UsageError(`${label} is not whole: patch ${missing.join(', ')} of ${total} is missing`);
  }
  return sorted.map((draft) => toPatch(draft, draft.subject.number ?? 0));
}

export function toPatch(draft: Draft, number: number): Patch {
  const { title, file, sha256, text, author, message, diff } = draft;
  return { number, title, file, sha256, text, author, message, diff };
}
