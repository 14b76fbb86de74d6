import { UsageError } from '../base/errors.ts';

/** One symbol that a fragment asks for. Names without the `CONFIG_` prefix, as in Kconfig files. */
export interface Ask {
  readonly symbol: string;
  /** `y`, `m`, `n`, a number, or a string with its quotes: as it stands in a `.config`. */
  readonly value: string;
  /** Without it no verdict is worth anything: the build stops when it is dropped. */
  readonly must: boolean;
  /** Where it was asked: `base.config:12`. */
  readonly origin: string;
}

const assignment = /^CONFIG_(\w+)=("(?:[^"\\]|\\.)*"|[^\s"#]+)\s*(#.*)?$/;
const negation = /^#\s*CONFIG_(\w+) is not set\s*(#.*)?$/;
const mustMark = /#\s*must\s*$/;

/**
 * Reads a configuration fragment: the kernel's own lines (`CONFIG_X=value`, `# CONFIG_X is not set`), each with an
 * optional trailing mark `# must`.
 *
 * @param name what to call the file in messages.
 * @throws UsageError naming file and line that is neither an assignment, a comment nor empty.
 */
export function parseFragment(text: string, name: string): Ask[] {
  return text.split('\n').flatMap((line, index) => {
    const origin = `${name}:${index + 1}`;
    const ask = parseLine(line.trim(), origin);
    return ask === undefined ? [] : [ask];
  });
}

function parseLine(line: string, origin: string): Ask | undefined {
  const set = assignment.exec(line);
  if (set?.[1] !== undefined && set[2] !== undefined) {
    return { symbol: set[1], value: set[2], must: mustMark.test(set[3] ?? ''), origin };
  }
  const unset = negation.exec(line);
  if (unset?.[1] !== undefined) {
    return { symbol: unset[1], value: 'n', must: mustMark.test(unset[2] ?? ''), origin };
  }
  if (line === '' || (line.startsWith('#') && !/^#\s*CONFIG_\w+=/.test(line))) return undefined;
  throw new UsageError(
    `${origin}: "${line}" is not a configuration line; write CONFIG_X=value or # CONFIG_X is not set`,
  );
}

/** One ask for each symbol, in order of first mention; what comes later wins, its `must` included. */
export function mergeAsks(fragments: readonly (readonly Ask[])[]): Ask[] {
  const merged = new Map<string, Ask>();
  for (const ask of fragments.flat()) merged.set(ask.symbol, ask);
  return [...merged.values()];
}

/** The asks as a file that the kernel's `conf` reads (KCONFIG_ALLCONFIG). */
export function renderAsks(asks: readonly Ask[]): string {
  return asks
    .map(({ symbol, value }) =>
      value === 'n' ? `# CONFIG_${symbol} is not set\n` : `CONFIG_${symbol}=${value}\n`,
    )
    .join('');
}
