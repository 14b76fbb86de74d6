/** What stands before the words of a printk line. */
export interface Printed {
  readonly text: string;
  readonly time: number | null;
  readonly caller: string | null;
  readonly printk: boolean;
}

/**
 * `<4>[   12.345678][  T123] ` as kernel/printk/printk.c print_prefix() writes it: level (netconsole, dmesg -r), time
 * (CONFIG_PRINTK_TIME), task or CPU (CONFIG_PRINTK_CALLER, print_caller()). Vendor kernels add `@cpu` to the time.
 */
const prefix = /(?:<\d{1,3}>)?\[ {0,6}(\d{1,8}\.\d{6})(?:@\d+)?\] ?(?:\[ {0,8}([TC]\d+)\] ?)?/;
const atStart = new RegExp(`^${prefix.source}`);
const levelAtStart = /^<\d{1,3}>/;

/**
 * A cleaned console line to the printk lines in it: usually one, two when the kernel printed while a program was in the
 * middle of its own line (`login: [   36.852785][ T3615] BUG: …`).
 */
export function splitPrefix(line: string): readonly Printed[] {
  const match = atStart.exec(line);
  if (match !== null) return [printed(line.slice(match[0].length), match)];
  const bare = line.replace(levelAtStart, '');
  const plain = { text: bare, time: null, caller: null, printk: bare.length !== line.length };
  if (!bare.includes('[')) return [plain];
  const inside = prefix.exec(bare);
  if (inside === null) return [plain];
  const before = { ...plain, text: bare.slice(0, inside.index) };
  return [before, printed(bare.slice(inside.index + inside[0].length), inside)];
}

function printed(text: string, match: RegExpExecArray): Printed {
  return { text, time: Number(match[1]), caller: match[2] ?? null, printk: true };
}
