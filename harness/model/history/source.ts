import type { Cursor } from './cursor.ts';
import { ListCursor } from './list-cursor.ts';
import { Surveyor, type Survey } from './survey.ts';
import { OP, type History, type HistoryHeader, type HistoryRecord } from './types.ts';

/** A history that can be gone through more than once, in a file or in memory. */
export interface HistorySource {
  readonly header: HistoryHeader;
  readonly survey: Survey;
  readonly pending: readonly HistoryRecord[];
  readonly complete: boolean;
  readonly completeUntil: bigint;
  /** The tick from which the cursors count. */
  readonly base: bigint;
  /**
   * A cursor a thread, in the threads' order.
   * @param wanted 1 for pages that are asked for; records on none of them may be left out, forks are always there.
   */
  cursors(wanted: Uint8Array | null): Cursor[];
  /** The records by thread that bear on the wanted pages, and all forks; null when there are more than `most`. */
  extract(wanted: Uint8Array, most: number): HistoryRecord[][] | null;
}

/** Does a record bear on one of these pages? A fork bears on all. */
export function bearsOn(
  { page, pages, target, op }: Pick<HistoryRecord, 'page' | 'pages' | 'target' | 'op'>,
  wanted: Uint8Array,
): boolean {
  if (pages === 0) return true;
  for (let at = 0; at < pages; at++) if (wanted[page + at] === 1) return true;
  if (op === OP.MOVE) for (let at = 0; at < pages; at++) if (wanted[target + at] === 1) return true;
  return false;
}

/** A history in memory as a source. */
export function sourceOf(history: History): HistorySource {
  const { header, threads, pending, complete, completeUntil } = history;
  const base = threads.reduce(
    (first, [record]) => (record !== undefined && record.start < first ? record.start : first),
    threads.find((records) => records.length > 0)?.[0]?.start ?? 0n,
  );
  const surveyor = new Surveyor(header.threads, header.pages, header.arenaBase, header.pageSize);
  const cursors = (): Cursor[] => threads.map((records, thread) => new ListCursor(thread, records, base));
  const pendings = pending.map((record) => new ListCursor(record.thread, [record], base));
  for (const cursor of [...cursors(), ...pendings]) while (cursor.advance()) surveyor.see(cursor);
  return {
    ...{ header, pending, complete, completeUntil, base, cursors },
    survey: surveyor.done(),
    extract: (wanted, most) => {
      const kept = threads.map((records) => records.filter((record) => bearsOn(record, wanted)));
      return kept.reduce((sum, { length }) => sum + length, 0) > most ? null : kept;
    },
  };
}
