import { closeSync, openSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import type { HistorySource } from '../../model/history/source.ts';
import type { HistoryRecord } from '../../model/history/types.ts';
import { FileCursor } from './file-cursor.ts';
import { decodeRecord } from './record.ts';
import type { Scan } from './scan.ts';

export interface FileSource extends HistorySource {
  close(): void;
}

/** A scanned file as a source: every cursor has a place of its own in it. @throws UsageError when it cannot be opened. */
export function openSource(scan: Scan): FileSource {
  let file: number;
  try {
    file = openSync(scan.file, 'r');
  } catch (cause) {
    throw new UsageError(`cannot read ${scan.file}`, { cause });
  }
  const little = scan.header.byteOrder === 'little';
  const { header, survey, pending, complete, completeUntil, base } = scan;
  const cursors = (wanted: Uint8Array | null): FileCursor[] =>
    scan.spans.map((spans, thread) => {
      const cursor = new FileCursor(file, spans, little, base, wanted);
      cursor.thread = thread;
      return cursor;
    });
  return {
    ...{ header, survey, pending, complete, completeUntil, base, cursors },
    extract(wanted, most) {
      const threads: HistoryRecord[][] = [];
      let count = 0;
      for (const cursor of cursors(wanted)) {
        const own: HistoryRecord[] = [];
        while (cursor.advance()) {
          if (++count > most) return null;
          const { view, at } = cursor.bytes;
          own.push(decodeRecord(view, at, little));
        }
        threads.push(own);
      }
      return threads;
    },
    close: () => closeSync(file),
  };
}
