/** What the compiler or objtool said of a line of the kernel. */
export interface Warning {
  /** Relative to the kernel tree, or to the build directory for generated files and objects. */
  readonly file: string;
  /** 0 where the tool named none (objtool). */
  readonly line: number;
  readonly text: string;
  /** `-Wunused-variable`; null where the tool named none. */
  readonly flag: string | null;
}

const gcc = /^(?<file>[^\s:][^:]*):(?<line>\d+):(?:\d+:)? warning: (?<text>.*?)(?: \[(?<flag>-W[^\]]+)\])?$/;
const objtool = /^(?<file>[^\s:][^:]*\.o): warning: (?<text>objtool: .*)$/;

/**
 * The warnings in a build log, each once: a header's warning comes again with every file that includes it.
 *
 * @param source the kernel tree's directory, as it stands in the log.
 */
export function parseWarnings(log: string, source: string): Warning[] {
  const found = new Map<string, Warning>();
  for (const line of log.split('\n')) {
    const warning = parseWarning(line, source);
    if (warning !== undefined) found.set(`${warning.file}:${warning.line}:${warning.text}`, warning);
  }
  return [...found.values()];
}

function parseWarning(line: string, source: string): Warning | undefined {
  const groups = (gcc.exec(line) ?? objtool.exec(line))?.groups;
  const { file, text } = groups ?? {};
  if (file === undefined || text === undefined) return undefined;
  return {
    file: file.startsWith(`${source}/`) ? file.slice(source.length + 1) : file,
    line: Number(groups?.['line'] ?? 0),
    text,
    flag: groups?.['flag'] ?? null,
  };
}

/**
 * The warnings that the patched tree has and the base has not. A warning that only moved to another line is none:
 * they are counted by file, flag and words.
 */
export function diffWarnings(base: readonly Warning[], patched: readonly Warning[]): Warning[] {
  const left = new Map<string, number>();
  for (const warning of base) left.set(sense(warning), (left.get(sense(warning)) ?? 0) + 1);
  return patched.filter((warning) => {
    const count = left.get(sense(warning)) ?? 0;
    left.set(sense(warning), count - 1);
    return count <= 0;
  });
}

/** objtool's offsets into functions shift like lines do. */
function sense({ file, flag, text }: Warning): string {
  return JSON.stringify([file, flag, text.replaceAll(/\+0x[0-9a-f]+/g, '+')]);
}
