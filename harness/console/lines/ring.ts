import type { Line } from './line.ts';

/** The last lines of a stream: those that were read as lines, the others as bytes until somebody wants them. */
export interface LineRing {
  addLines(lines: readonly Line[]): void;
  /** @param bytes may be overwritten after {@link LineRing.settle}. */
  addBytes(bytes: Buffer, start: number, end: number, number: number, wide: boolean): void;
  /** Copies what was added since the last call: the caller's buffer is about to be reused. */
  settle(): void;
  /** All of them, oldest first. */
  lines(): Line[];
}

export type ParseLine = (raw: string, number: number) => readonly Line[];

/** @param size how many are kept. */
export function createLineRing(size: number, parse: ParseLine): LineRing {
  const read = new Array<readonly Line[] | null>(size).fill(null);
  const bytes = new Array<Buffer | null>(size).fill(null);
  const start = new Int32Array(size);
  const end = new Int32Array(size);
  const numbers = new Float64Array(size);
  const wide = new Uint8Array(size);
  let at = 0;
  let count = 0;
  let unsettled = 0;

  const step = () => {
    at = at + 1 === size ? 0 : at + 1;
    if (count < size) count += 1;
    if (unsettled < size) unsettled += 1;
  };
  const linesAt = (index: number): readonly Line[] => {
    const known = read[index];
    if (known) return known;
    const raw = bytes[index]?.toString(wide[index] ? 'utf8' : 'latin1', start[index], end[index]) ?? '';
    const parsed = parse(raw, numbers[index] ?? 0);
    read[index] = parsed;
    bytes[index] = null;
    return parsed;
  };

  return {
    addLines(lines) {
      read[at] = lines;
      bytes[at] = null;
      step();
    },
    addBytes(from, first, last, number, isWide) {
      read[at] = null;
      bytes[at] = from;
      start[at] = first;
      end[at] = last;
      numbers[at] = number;
      wide[at] = isWide ? 1 : 0;
      step();
    },
    settle() {
      for (let back = 1; back <= unsettled; back++) {
        const index = (at - back + size) % size;
        const from = bytes[index];
        if (!from) continue;
        const copy = Buffer.from(from.subarray(start[index], end[index]));
        bytes[index] = copy;
        start[index] = 0;
        end[index] = copy.length;
      }
      unsettled = 0;
    },
    lines() {
      const all: Line[] = [];
      for (let back = count; back >= 1; back--) all.push(...linesAt((at - back + size) % size));
      return all;
    },
  };
}
