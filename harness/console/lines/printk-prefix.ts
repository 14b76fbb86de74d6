const BLANK = 0x20;
const POINT = 0x2e;
const LESS = 0x3c;
const GREATER = 0x3e;
const AT = 0x40;
const CPU = 0x43;
const TASK = 0x54;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** What printk puts before its words, read. */
export interface PrintkPrefix {
  /** Seconds since boot. */
  readonly time: number;
  /** `T123` or `C1`. */
  readonly caller: string | null;
  /** Where the words begin. */
  readonly end: number;
}

/**
 * `<4>[   12.345678][  T123] ` as kernel/printk/printk.c print_prefix() writes it: level (netconsole, dmesg -r), time
 * (CONFIG_PRINTK_TIME), task or CPU (CONFIG_PRINTK_CALLER, print_caller()). Vendor kernels add `@cpu` to the time.
 *
 * Read by hand, because it stands before every line of a kernel; this is the pattern:
 * `(?:<\d{1,3}>)?\[ {0,6}(\d{1,8}\.\d{6})(?:@\d+)?\] ?(?:\[ {0,8}([TC]\d+)\] ?)?`
 *
 * @param at where it has to begin.
 */
export function readPrintkPrefix(text: string, at: number): PrintkPrefix | null {
  let from = at;
  if (text.charCodeAt(from) === LESS) {
    const level = skipDigits(text, from + 1, 3);
    if (level === from + 1 || text.charCodeAt(level) !== GREATER) return null;
    from = level + 1;
  }
  if (text.charCodeAt(from) !== OPEN) return null;
  from = skipBlanks(text, from + 1, 6);
  const point = skipDigits(text, from, 8);
  if (point === from || text.charCodeAt(point) !== POINT) return null;
  let end = skipDigits(text, point + 1, 6);
  if (end !== point + 7) return null;
  const time = (digits(text, from, point) * 1e6 + digits(text, point + 1, end)) / 1e6;
  if (text.charCodeAt(end) === AT) {
    const cpu = skipDigits(text, end + 1, Infinity);
    if (cpu === end + 1) return null;
    end = cpu;
  }
  if (text.charCodeAt(end) !== CLOSE) return null;
  end = skipBlanks(text, end + 1, 1);
  return readCaller(text, end, time);
}

function readCaller(text: string, at: number, time: number): PrintkPrefix {
  const none = { time, caller: null, end: at };
  if (text.charCodeAt(at) !== OPEN) return none;
  const start = skipBlanks(text, at + 1, 8);
  const kind = text.charCodeAt(start);
  if (kind !== TASK && kind !== CPU) return none;
  const end = skipDigits(text, start + 1, Infinity);
  if (end === start + 1 || text.charCodeAt(end) !== CLOSE) return none;
  return { time, caller: text.slice(start, end), end: skipBlanks(text, end + 1, 1) };
}

function skipBlanks(text: string, from: number, most: number): number {
  let at = from;
  while (at - from < most && text.charCodeAt(at) === BLANK) at += 1;
  return at;
}

function skipDigits(text: string, from: number, most: number): number {
  let at = from;
  while (at - from < most && isDigit(text.charCodeAt(at))) at += 1;
  return at;
}

function digits(text: string, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = value * 10 + (text.charCodeAt(at) - 0x30);
  return value;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
