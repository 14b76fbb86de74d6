import { cleanLine } from './clean.ts';
import type { Line } from './line.ts';
import { createLineRing } from './ring.ts';
import { type WordMachine, wordsIn } from './words.ts';

const LF = 0x0a;
const CR = 0x0d;
/** First byte of the C1 controls in UTF-8. */
const C1 = 0xc2;

/** Longer lines are taken in pieces: no line of a kernel report is longer (printk's LOG_LINE_MAX is below 1 KiB). */
export const maxLineBytes = 8192;
/** A record that begins so near to the end of a piece goes whole into the next one. */
const maxRecordBytes = 1100;
const record = /(?:<\d{1,3}>)?\[ {0,6}\d{1,8}\.\d{6}/g;

/** What the lines are for. */
export interface LineSink {
  /** A cleaned line to the printk lines in it. */
  parse(clean: string, number: number, words: readonly number[]): readonly Line[];
  take(line: Line): void;
  /** Lines without words tell nothing at the moment: they are counted and kept for {@link LineScanner.recent}. */
  quiet(): boolean;
}

export interface LineScanner {
  /** @param chunk any cut of the stream: lines, and even characters, may straddle chunks. */
  push(chunk: Uint8Array): void;
  /** Hands over the last line when it has no end. */
  end(): void;
  /** The lines before the one that is being taken, oldest first. */
  recent(): Line[];
  /** Lines so far, as an editor counts them. */
  lines(): number;
}

/**
 * Bytes to lines, in one pass and bounded memory. Ends of lines are LF, CR and CR LF; bytes that are no UTF-8 become
 * U+FFFD; lines without end come in pieces of {@link maxLineBytes}. Nearly all of a console is said by a healthy
 * kernel: a line that has no word of the vocabulary is not even made a string, unless somebody listens to all of them.
 *
 * @param keep how many lines {@link LineScanner.recent} knows.
 */
export function createLineScanner(machine: WordMachine, keep: number, sink: LineSink): LineScanner {
  const { next, found } = machine;
  const none: readonly number[] = [];
  const parseRaw = (raw: string, number: number) => {
    const clean = cleanLine(raw);
    return sink.parse(clean, number, wordsIn(machine, clean));
  };
  const ring = createLineRing(keep, parseRaw);
  /** The beginning of a line whose end was not in the chunk. */
  const kept = Buffer.alloc(maxLineBytes);
  let length = 0;
  let pending = false;
  let long = false;
  let afterCr = false;
  let number = 0;
  let state = 0;
  // Of the line that is being read.
  let hits: number[] = [];
  let wide = false;
  let dirty = false;

  const keepBytes = (bytes: Buffer, start: number, end: number) => {
    pending ||= end > start;
    for (let from = start; from < end;) {
      const room = Math.min(end - from, maxLineBytes - length);
      bytes.copy(kept, length, from, from + room);
      length += room;
      from += room;
      if (length < maxLineBytes || from === end) continue;
      const cut = cutOf(kept);
      takePiece(cut);
      kept.copyWithin(0, cut, length);
      length -= cut;
      long = true;
    }
  };

  /** What the scanner saw of a line is of all of its pieces: each is looked at anew. */
  const takePiece = (end: number) => {
    const clean = cleanLine(kept.toString('utf8', 0, end));
    const words = wordsIn(machine, clean);
    if (words.length === 0 && sink.quiet()) {
      ring.addBytes(Buffer.from(kept.subarray(0, end)), 0, end, number, true);
      return;
    }
    const lines = sink.parse(clean, number, words);
    for (const line of lines) sink.take(line);
    ring.addLines(lines);
  };

  const takeLine = (bytes: Buffer, start: number, end: number, borrowed: boolean) => {
    if (hits.length === 0 && !dirty && sink.quiet()) {
      if (borrowed) ring.addBytes(bytes, start, end, number, wide);
      else ring.addBytes(Buffer.from(bytes.subarray(start, end)), 0, end - start, number, wide);
      wide = false;
      return;
    }
    const raw = bytes.toString(wide ? 'utf8' : 'latin1', start, end);
    const lines = dirty
      ? parseRaw(raw, number)
      : sink.parse(raw, number, hits.length === 0 ? none : wordsOf(hits, found));
    for (const line of lines) sink.take(line);
    ring.addLines(lines);
    reset();
  };

  const reset = () => {
    if (hits.length > 0) hits = [];
    wide = false;
    dirty = false;
  };

  const endLine = (bytes: Buffer, start: number, end: number) => {
    if (!pending && end - start <= maxLineBytes) {
      takeLine(bytes, start, end, true);
      return;
    }
    keepBytes(bytes, start, end);
    const whole = length;
    if (long) takePiece(whole);
    else takeLine(kept, 0, whole, false);
    if (long) reset();
    length = 0;
    pending = false;
    long = false;
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const size = bytes.length;
      let start = 0;
      for (let at = 0; at < size; at++) {
        const byte = bytes[at]!;
        state = next[state | byte]!;
        if (state >= 0) continue;
        state = -state;
        if (byte === LF || byte === CR) {
          const again = byte === LF && afterCr && at === start && !pending;
          if (!again) endLine(bytes, start, at);
          afterCr = byte === CR;
          if (byte === LF) number += 1;
          start = at + 1;
        } else if (byte >= 0x80) {
          wide = true;
          if (byte === C1) dirty = true;
        } else if (byte < 0x20 || byte === 0x7f) {
          dirty = true;
        } else {
          if (hits.length < maxLineBytes) hits.push(state);
        }
      }
      if (start < size) {
        keepBytes(bytes, start, size);
        afterCr = false;
      }
      ring.settle();
    },
    end() {
      if (!pending) return;
      endLine(kept, 0, 0);
      number += 1;
    },
    recent: () => ring.lines(),
    lines: () => number,
  };
}

function wordsOf(states: readonly number[], found: WordMachine['found']): readonly number[] {
  const words = states.flatMap((state) => found[state / 256] ?? []);
  return words.length < 2 ? words : [...new Set(words)];
}

/** Where a full buffer is cut: before its last record when that may go on, else at its end. */
function cutOf(kept: Buffer): number {
  const from = maxLineBytes - maxRecordBytes;
  const last = [...kept.toString('latin1', from, maxLineBytes).matchAll(record)].at(-1);
  return last === undefined ? maxLineBytes : from + last.index;
}
