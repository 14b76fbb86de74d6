import { describeDiskFull, isDiskFull } from '../base/disk.ts';
import { RigError, UsageError } from '../base/errors.ts';

/** The tree does not build. */
export class BuildError extends UsageError {
  /** The first words of the compiler, of the linker or of make that say why. */
  readonly lines: readonly string[];

  constructor(lines: readonly string[], log: string) {
    super(`the kernel does not build:\n${lines.map((line) => `  ${line}`).join('\n')}\n${log}`);
    this.lines = lines;
  }
}

/** How a build ended badly. */
export interface FailedBuild {
  readonly output: string;
  /** The signal that ended make itself. */
  readonly signal: string | undefined;
  readonly exitCode: number | undefined;
  readonly logPath: string;
  readonly buildDir: string;
  /** What the disk of the build directory has left. */
  readonly freeBytes: number;
  /** The kernel tree as it stands in the log. */
  readonly source: string;
}

/** Tools of the build that meet a full disk do not all say so (usr/gen_init_cpio, scripts/kallsyms). */
const nearlyFull = 64 * 2 ** 20;

/** gcc's driver says it so when its compiler proper was killed, mostly by the kernel for want of memory. */
const killed =
  /(?:fatal error|internal compiler error): (?:Killed|Terminated)|\*\*\* .*\b(?:Killed|Terminated)\b/;
/** What a compiler or a linker says of its failure. */
export const compilerError =
  /^\S[^:]*:\d+:(?:\d+:)? (?:fatal )?error: |undefined reference to |^\S*ld: (?!warning)|^Error: /;
const makeError = /^make\[?\d*\]?: \*\*\* /;

/**
 * Whose fault a failed build is: a full disk or a killed tool is the rig's; anything else is the tree's, which then
 * does not build (exit 2).
 */
export function judgeFailure(failed: FailedBuild): RigError | BuildError {
  const log = `the whole log is ${failed.logPath}`;
  if (isDiskFull({ message: failed.output }) || failed.freeBytes < nearlyFull) {
    return new RigError(describeDiskFull(failed.buildDir));
  }
  if (failed.signal !== undefined || killed.test(failed.output)) {
    const what = failed.signal === undefined ? 'a compiler was killed' : `make was ended by ${failed.signal}`;
    return new RigError(`the kernel build was broken off: ${what} (out of memory?); ${log}`);
  }
  const lines = tellingLines(failed.output, failed.source);
  return new BuildError(lines, log);
}

/** The first compiler errors; make's own words where no compiler complained; else the end of the log. */
function tellingLines(output: string, source: string): string[] {
  const lines = output.split('\n').map((line) => line.replaceAll(`${source}/`, '').slice(0, 300));
  for (const pattern of [compilerError, makeError]) {
    const telling = lines.filter((line) => pattern.test(line));
    if (telling.length > 0) return telling.slice(0, 5);
  }
  return lines.filter((line) => line.trim() !== '').slice(-5);
}
