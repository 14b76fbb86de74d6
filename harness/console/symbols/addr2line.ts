/** A place in the source. File as the compiler was given it. */
export interface Place {
  readonly function: string;
  readonly file?: string;
  readonly line?: number;
}

/**
 * Reads the output of `addr2line -a -f -i`: for each address a line `0x…`, then pairs of function and `file:line`, the
 * innermost inlined function first. Unknown places (`??:0`, `file.c:?`) have no file or line.
 */
export function parseAddr2line(output: string): ReadonlyMap<bigint, readonly Place[]> {
  const places = new Map<bigint, Place[]>();
  let current: Place[] = [];
  let name: string | undefined;
  for (const line of output.split('\n')) {
    if (/^0x[0-9a-f]+$/.test(line)) {
      current = [];
      places.set(BigInt(line), current);
      name = undefined;
    } else if (name === undefined) {
      name = line === '' ? undefined : line;
    } else {
      current.push({ function: name, ...sourceOf(line) });
      name = undefined;
    }
  }
  return places;
}

function sourceOf(text: string): { file?: string; line?: number } {
  const match = /^(.+):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(text);
  const [, file = '??', line = '0'] = match ?? [];
  if (file === '??') return {};
  return Number(line) > 0 ? { file, line: Number(line) } : { file };
}
