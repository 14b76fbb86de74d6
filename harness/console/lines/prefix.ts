import type { Line } from './line.ts';
import { type PrintkPrefix, readPrintkPrefix } from './printk-prefix.ts';

const levelAtStart = /^<\d{1,3}>/;
const LESS = 0x3c;
const SPACE = 0x20;
/**
 * What loggers and serial concentrators put before each line: a date and time, syslog's head, a label (`ttyUSB0| `,
 * `board7: `, which counts only before printk's own prefix, because programs talk like that too).
 */
const stamp =
  /^(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?[ :|]{1,3}|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?[ :|]{1,3}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,64} kernel: |[\w.-]{1,32} ?\| )+/;
const label = /^[\w.@/-]{1,32} ?[:|>]\s*$/;
const stampStart = /^[\w[]/;

/** More records than that glued on one line are noise. */
const maxRecords = 64;

/**
 * A cleaned console line to the printk lines in it: usually one, more when the kernel printed while a program was in the
 * middle of its own line (`login: [   36.852785][ T3615] BUG: …`) or the end of a line was lost.
 */
export function splitPrefix(raw: string, number: number, words: readonly number[]): readonly Line[] {
  const plain = readPrintkPrefix(raw, 0);
  const line = plain === null && stampStart.test(raw) ? raw.replace(stamp, '') : raw;
  const prefix = plain ?? readPrintkPrefix(line, 0);
  const second = nextPrefix(line, prefix === null ? 0 : prefix.end);
  if (second < 0) return [lineOf(line, prefix, number, words)];
  return splitAll(line, second, number, words);
}

/** @param first where the first prefix after the line's beginning stands. */
function splitAll(line: string, first: number, number: number, words: readonly number[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  if (label.test(line.slice(0, first))) return [...splitPrefix(line.slice(first), number, words)];
  for (let end = first; start < line.length && lines.length < maxRecords;) {
    const part = line.slice(start, end < 0 ? undefined : end);
    lines.push(lineOf(part, readPrintkPrefix(part, 0), number, words));
    if (end < 0) break;
    start = end;
    end = nextPrefix(line, readPrintkPrefix(line, start)?.end ?? 0);
  }
  return lines;
}

/** Where the next prefix stands; most brackets hold something else and are told from one by the character after them. */
function nextPrefix(text: string, from: number): number {
  for (let at = text.indexOf('[', from); at >= 0; at = text.indexOf('[', at + 1)) {
    const code = text.charCodeAt(at + 1);
    if (code !== SPACE && !(code >= 0x30 && code <= 0x39)) continue;
    if (readPrintkPrefix(text, at) !== null) {
      const level = /<\d{1,3}>$/.exec(text.slice(Math.max(from, at - 5), at));
      return at - (level?.[0].length ?? 0);
    }
  }
  return -1;
}

function lineOf(text: string, prefix: PrintkPrefix | null, number: number, words: readonly number[]): Line {
  if (prefix === null) return bare(text, number, words);
  const { time, caller, end } = prefix;
  return { number, text: text.slice(end), time, caller, printk: true, words };
}

function bare(line: string, number: number, words: readonly number[]): Line {
  const text = line.charCodeAt(0) === LESS ? line.replace(levelAtStart, '') : line;
  return { number, text, time: null, caller: null, printk: text.length !== line.length, words };
}
