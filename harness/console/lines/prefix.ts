import type { Line } from './line.ts';

/**
 * `<4>[   12.345678][  T123] ` as kernel/printk/printk.c print_prefix() writes it: level (netconsole, dmesg -r), time
 * (CONFIG_PRINTK_TIME), task or CPU (CONFIG_PRINTK_CALLER, print_caller()). Vendor kernels add `@cpu` to the time.
 */
const prefix = /(?:<\d{1,3}>)?\[ {0,6}(\d{1,8}\.\d{6})(?:@\d+)?\] ?(?:\[ {0,8}([TC]\d+)\] ?)?/y;
const levelAtStart = /^<\d{1,3}>/;
const OPEN = 0x5b;
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
  const plain = matchPrefix(raw, 0);
  const line = plain === null && stampStart.test(raw) ? raw.replace(stamp, '') : raw;
  const match = plain ?? matchPrefix(line, 0);
  const second = nextPrefix(line, match === null ? 0 : prefix.lastIndex);
  if (second < 0) return [match === null ? bare(line, number, words) : printed(line, match, number, words)];
  return splitAll(line, second, number, words);
}

/** @param first where the first prefix after the line's beginning stands. */
function splitAll(line: string, first: number, number: number, words: readonly number[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  if (label.test(line.slice(0, first))) return [...splitPrefix(line.slice(first), number, words)];
  for (let end = first; start < line.length && lines.length < maxRecords;) {
    const part = line.slice(start, end < 0 ? undefined : end);
    const match = matchPrefix(part, 0);
    lines.push(match === null ? bare(part, number, words) : printed(part, match, number, words));
    if (end < 0) break;
    start = end;
    matchPrefix(line, start);
    end = nextPrefix(line, prefix.lastIndex);
  }
  return lines;
}

function matchPrefix(text: string, at: number): RegExpExecArray | null {
  const code = text.charCodeAt(at);
  if (code !== OPEN && code !== LESS) return null;
  prefix.lastIndex = at;
  return prefix.exec(text);
}

/** Where the next prefix stands; most brackets hold something else and are told from one by the character after them. */
function nextPrefix(text: string, from: number): number {
  for (let at = text.indexOf('[', from); at >= 0; at = text.indexOf('[', at + 1)) {
    const code = text.charCodeAt(at + 1);
    if (code !== SPACE && !(code >= 0x30 && code <= 0x39)) continue;
    prefix.lastIndex = at;
    if (prefix.test(text)) {
      const level = /<\d{1,3}>$/.exec(text.slice(Math.max(from, at - 5), at));
      return at - (level?.[0].length ?? 0);
    }
  }
  return -1;
}

function printed(text: string, match: RegExpExecArray, number: number, words: readonly number[]): Line {
  const [before, time, caller] = match;
  return {
    number,
    text: text.slice(before.length),
    time: Number(time),
    caller: caller ?? null,
    printk: true,
    words,
  };
}

function bare(line: string, number: number, words: readonly number[]): Line {
  const text = line.charCodeAt(0) === LESS ? line.replace(levelAtStart, '') : line;
  return { number, text, time: null, caller: null, printk: text.length !== line.length, words };
}
