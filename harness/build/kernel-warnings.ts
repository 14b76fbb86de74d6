/** What the compiler or objtool said of a line of the kernel. */
export interface Warning {
  /** Relative to the kernel tree, or to the build directory for generated files and objects; empty where the tool named none. */
  readonly file: string;
  /** 0 where the tool named none (objtool). */
  readonly line: number;
  readonly text: string;
  /** `-Wunused-variable`; null where the tool named none. */
  readonly flag: string | null;
}

const gcc = /^(?<file>[^\s:][^:]*):(?<line>\d+):(?:\d+:)? warning: (?<text>.*?)(?: \[(?<flag>-W[^\]]+)\])?$/;
const objtool = /^(?<file>[^\s:][^:]*\.o): warning: (?<text>objtool: .*)$/;

/** What every kernel's record has. */
const compilers: readonly RegExp[] = [gcc, objtool];

/** And what else a build can say: assembler, linker, modpost, Kconfig (zconf's warnings have no blank before the word). */
export const everyTool: readonly RegExp[] = [
  ...compilers,
  /^(?<file>[^\s:][^:]*):(?<line>\d+): Warning: (?<text>.*)$/,
  /^(?:\S*ld): warning: (?<text>.*)$/,
  /^WARNING: (?<text>modpost: .*)$/,
  /^(?<file>[^\s:]+):(?<line>\d+):warning: (?<text>.*)$/,
  /^WARNING: (?<text>unmet direct dependencies detected for \w+)$/,
];

/**
 * The warnings in a build log, each once: a header's warning comes again with every file that includes it.
 *
 * @param source the kernel tree's directory, as it stands in the log.
 */
export function parseWarnings(log: string, source: string, tools = compilers): Warning[] {
  return distinct(log.split('\n').flatMap((line) => parseWarning(line, source, tools) ?? []));
}

/** Each warning once, where it came first. */
export function distinct(warnings: readonly Warning[]): Warning[] {
  return [...new Map(warnings.map((one) => [`${one.file}:${one.line}:${one.text}`, one])).values()];
}

function parseWarning(line: string, source: string, tools: readonly RegExp[]): Warning | undefined {
  const groups = firstMatch(line, tools)?.groups;
  const { file = '', text } = groups ?? {};
  if (text === undefined) return undefined;
  return {
    file: file.startsWith(`${source}/`) ? file.slice(source.length + 1) : file,
    line: Number(groups?.['line'] ?? 0),
    text,
    flag: groups?.['flag'] ?? null,
  };
}

function firstMatch(line: string, patterns: readonly RegExp[]): RegExpExecArray | null {
  for (const pattern of patterns) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return null;
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
