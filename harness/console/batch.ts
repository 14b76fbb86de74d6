import { z } from 'zod';
import { findProgramDeath } from './programs.ts';
import { readConsole } from './reader.ts';
import { typeOf } from './type.ts';

/** One line of `spf console --jsonl`: a log, as text or in base64. */
export const batchInputSchema = z.object({
  id: z.union([z.string(), z.number()]),
  log: z.string(),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
});
export type BatchInput = z.input<typeof batchInputSchema>;

/**
 * What is found first in the log; without a finding `crash` is false and the rest empty. As other parsers have it, a
 * process that was killed for lack of memory is no crash here, and a log in which only the testing program died is one.
 */
export interface BatchOutput {
  readonly id: string | number;
  readonly crash: boolean;
  readonly title: string | null;
  readonly alt: readonly string[];
  /** syzkaller's type, null where it has none. */
  readonly type: string | null;
  readonly corrupted: boolean;
  /** Whether the kernel panicked, over this or another finding of the log. */
  readonly panicked: boolean;
  /** The blamed function, `corrupted` where the title says so. */
  readonly frame: string | null;
}

/** Reads one log of a batch; the same for every log, whatever is in it. */
export function readBatchEntry(input: BatchInput): BatchOutput {
  const bytes =
    input.encoding === 'base64' ? Buffer.from(input.log, 'base64') : new TextEncoder().encode(input.log);
  const { findings } = readConsole(bytes);
  const first = findings.find(({ kind }) => kind !== 'oom');
  const death = first === undefined ? findProgramDeath(new TextDecoder().decode(bytes)) : undefined;
  if (death !== undefined) {
    const { title, alt, type } = death;
    return { id: input.id, crash: true, title, alt, type, corrupted: false, panicked: false, frame: null };
  }
  return {
    id: input.id,
    crash: first !== undefined,
    title: first?.title ?? null,
    alt: first?.altTitles ?? [],
    type: first === undefined ? null : typeOf(first),
    corrupted: first?.corrupted !== undefined,
    panicked: findings.some(({ panicked, kind }) => panicked !== undefined || kind === 'panic'),
    frame: first?.blamed ?? (first?.title.endsWith(' in corrupted') === true ? 'corrupted' : null),
  };
}
