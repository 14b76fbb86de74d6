import { UsageError } from '../../base/errors.ts';
import { ListCursor } from '../../model/history/list-cursor.ts';
import { Surveyor, type Survey } from '../../model/history/survey.ts';
import type { HistoryHeader, HistoryRecord } from '../../model/history/types.ts';
import type { Chunk } from './chunks.ts';
import type { Fields } from './fields.ts';
import { CHUNK } from './layout.ts';
import { feed, HistoryStream } from './reader.ts';
import { Spans } from './spans.ts';

/** A history file that was found whole (or cleanly cut), and where in it is what. Plain data: threads can share it. */
export interface Scan {
  readonly file: string;
  readonly header: HistoryHeader;
  readonly roles: readonly string[];
  readonly pending: readonly HistoryRecord[];
  readonly complete: boolean;
  readonly completeUntil: bigint;
  readonly base: bigint;
  readonly survey: Survey;
  readonly spans: readonly Spans[];
}

class Scanner extends HistoryStream {
  #spans: Spans[] = [];
  #surveyor: Surveyor | undefined;
  protected override begun({ threads, pages, arenaBase, pageSize }: HistoryHeader): void {
    this.#spans = Array.from({ length: threads }, () => new Spans());
    this.#surveyor = new Surveyor(threads, pages, arenaBase, pageSize);
  }

  protected override took({ kind, thread, payload, offset }: Chunk): void {
    if (kind === CHUNK.records) this.#spans[thread]!.add(offset, payload.byteLength);
  }

  protected override found(record: Fields): void {
    this.#surveyor!.see(record);
  }

  finish(file: string): Scan {
    const fault = this.end();
    if (fault !== null) throw new UsageError(`${file}: ${fault}`);
    const { pending, complete, completeUntil, roles, base = 0n } = this.intake;
    for (const record of pending) {
      const cursor = new ListCursor(record.thread, [record], base);
      if (cursor.advance()) this.#surveyor!.see(cursor);
    }
    const { header } = this;
    const survey = this.#surveyor!.done();
    return { file, header, roles, pending, complete, completeUntil, base, survey, spans: this.#spans };
  }
}

/**
 * Read a history file through once, with every check that the format knows.
 * @throws UsageError when it cannot be read, or is not a history that can be judged: there is no verdict then.
 */
export async function scanHistory(file: string): Promise<Scan> {
  const scanner = new Scanner();
  await feed(file, scanner);
  return scanner.finish(file);
}
