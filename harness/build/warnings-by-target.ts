import { compilerError } from './kernel-failure.ts';
import { parseCommand } from './kernel-progress.ts';
import { distinct, everyTool, parseWarnings, type Warning } from './kernel-warnings.ts';

/** Warnings by what was being made: `mm/memory.o`. */
export type WarningsByTarget = Readonly<Record<string, readonly Warning[]>>;

/**
 * What an incremental build leaves of warnings: a target that was made again has those of now, one that was left alone
 * those that it had. So has one that did not compile: what a compiler says in the wake of an error goes with the error.
 *
 * @param log of make, the words of each command after its line (--output-sync, one pipe).
 */
export function renewWarnings(before: WarningsByTarget, log: string, source: string): WarningsByTarget {
  const renewed: Record<string, readonly Warning[]> = { ...before };
  for (const [target, lines] of wordsByTarget(log)) {
    if (lines.some((line) => compilerError.test(line))) continue;
    const warnings = parseWarnings(lines.join('\n'), source, everyTool);
    if (warnings.length > 0) renewed[target] = warnings;
    else delete renewed[target];
  }
  return renewed;
}

/** Each warning once, though a header's comes with every file that includes it. */
export const allWarnings = (byTarget: WarningsByTarget): Warning[] =>
  distinct(Object.values(byTarget).flat());

/** A target may come more than once (`LD vmlinux`); all that was said for it counts. */
function wordsByTarget(log: string): Map<string, string[]> {
  const words = new Map<string, string[]>();
  let current = '';
  for (const line of log.split('\n')) {
    current = parseCommand(line)?.target ?? current;
    const said = words.get(current);
    if (said === undefined) words.set(current, [line]);
    else said.push(line);
  }
  return words;
}
