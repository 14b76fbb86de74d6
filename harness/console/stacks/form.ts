/** What a line says of a frame, as printed. */
export interface Groups {
  readonly symbol: string;
  readonly offset: string | undefined;
  readonly size: string | undefined;
  readonly module: string | undefined;
  readonly unreliable: string | undefined;
  readonly file: string | undefined;
  readonly line: string | undefined;
}

/** One way to print a frame: a line's parts, null when it does not look like that. */
export type Form = (text: string) => Groups | null;

/**
 * A pattern written with names and read by numbers: a report has a thousand frames, and looking groups up by name costs as
 * much as the match does.
 *
 * @param source all of its capturing groups are named.
 */
export function formOf(source: string): Form {
  const names = Array.from(source.matchAll(/\(\?<(\w+)>/g), ([, name]) => name);
  const pattern = new RegExp(source.replaceAll(/\?<\w+>/g, ''));
  const numberOf = (name: string) => names.indexOf(name) + 1;
  const symbol = numberOf('function');
  const offset = numberOf('offset');
  const size = numberOf('size');
  const module = numberOf('module');
  const before = numberOf('unreliable');
  const after = numberOf('unreliable2');
  const file = numberOf('file');
  const line = numberOf('line');
  return (text) => {
    const match = pattern.exec(text);
    if (match === null) return null;
    const group = (number: number) => (number === 0 ? undefined : match[number]);
    return {
      symbol: match[symbol]!,
      offset: group(offset),
      size: group(size),
      module: group(module),
      unreliable: group(before) ?? group(after),
      file: group(file),
      line: group(line),
    };
  };
}
