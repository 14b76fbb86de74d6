import { access, writeFile } from 'node:fs/promises';
import pc from 'picocolors';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { checkHistoryFile } from '../campaign/check-history.ts';
import type { JudgedHistory } from '../campaign/judge-history.ts';
import { perfettoTrace } from '../report/perfetto.ts';
import { timelineText } from '../report/timeline-text.ts';
import { plural } from '../report/words.ts';

export interface CheckCommand {
  readonly json?: boolean;
  /** Where a trace of the violations goes. */
  readonly perfetto?: string;
}

/** `spf check HISTORY…`: 0 all explained, 1 one is not, 2 one is damaged or none at all, 3 one could not be judged. */
export async function check(files: readonly string[], options: CheckCommand): Promise<ExitCode> {
  const judged: (JudgedHistory & { file: string })[] = [];
  for (const file of files) judged.push({ file, ...(await judgeFile(file)) });
  if (options.perfetto !== undefined) await writeTrace(options.perfetto, judged);
  if (options.json) console.log(JSON.stringify(judged, null, 2));
  else judged.forEach(({ file, ...history }) => print(file, history));
  if (judged.some(({ mismatches }) => mismatches.length > 0)) return EXIT.kernelAtFault;
  const unsure = judged.some(({ observed }) => observed.undecidedReason !== null);
  return unsure ? EXIT.rig : EXIT.clean;
}

async function writeTrace(file: string, judged: Parameters<typeof perfettoTrace>[0]): Promise<void> {
  await writeFile(file, perfettoTrace(judged)).catch((cause: unknown) => {
    throw new UsageError(`cannot write ${file}`, { cause });
  });
}

async function judgeFile(file: string): Promise<JudgedHistory> {
  await access(file).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${file}`, { cause });
  });
  return checkHistoryFile(file, new AbortController().signal);
}

function print(file: string, { observed, mismatches }: JudgedHistory): void {
  const { operations, pagesTouched, overlaps, complete, doubts } = observed;
  const { untoldPages, wrongCodePages, undecidedPages, undecidedReason } = observed;
  const explained = undecidedReason === null ? pc.green('explained') : pc.yellow('not decided');
  const verdict = mismatches.length > 0 ? pc.red(plural(mismatches.length, 'violation')) : explained;
  console.log(`${pc.bold(file)}: ${verdict}`);
  console.log(
    `  ${plural(operations, 'operation')} on ${plural(pagesTouched, 'page')}, ${overlaps} raced a structural call`,
  );
  if (!complete) console.log('  the history is cut; what it has was judged');
  for (const doubt of doubts) console.log(pc.yellow(`  ${doubt}`));
  if (undecidedReason !== null)
    console.log(pc.yellow(`  ${plural(undecidedPages, 'page')} not decided: ${undecidedReason}`));
  if (untoldPages > 0) console.log(`  nothing explains ${plural(untoldPages, 'more page')} either`);
  if (wrongCodePages > 0)
    console.log(`  on ${plural(wrongCodePages, 'more page')} nothing but si_codes is wrong`);
  for (const { rule, explanation, possible, operations: involved } of mismatches) {
    console.log(`\n  ${pc.red(rule)}: ${explanation}`);
    for (const state of possible) console.log(pc.dim(`  just before: ${state}`));
    for (const line of timelineText(involved)) console.log(`  ${line.includes('█') ? pc.red(line) : line}`);
  }
}
