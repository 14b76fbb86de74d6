import { access } from 'node:fs/promises';
import pc from 'picocolors';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { checkHistoryFile } from '../campaign/check-history.ts';
import type { JudgedHistory } from '../campaign/judge-history.ts';
import { plural } from '../report/words.ts';

/** `spf check HISTORY…`: 0 all explained, 1 one is not, 3 one could not be judged. */
export async function check(files: readonly string[], options: { json?: boolean }): Promise<ExitCode> {
  const judged: (JudgedHistory & { file: string })[] = [];
  for (const file of files) judged.push({ file, ...(await judgeFile(file)) });
  if (options.json) console.log(JSON.stringify(judged, null, 2));
  else judged.forEach(({ file, ...history }) => print(file, history));
  if (judged.some(({ mismatches }) => mismatches.length > 0)) return EXIT.kernelAtFault;
  return judged.some(({ observed }) => observed.undecidedPages > 0) ? EXIT.rig : EXIT.clean;
}

async function judgeFile(file: string): Promise<JudgedHistory> {
  await access(file).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${file}`, { cause });
  });
  return checkHistoryFile(file, new AbortController().signal);
}

function print(file: string, { observed, mismatches }: JudgedHistory): void {
  const { operations, pagesTouched, overlaps, complete, doubts, undecidedPages, undecidedReason } = observed;
  const verdict =
    mismatches.length > 0 ? pc.red(plural(mismatches.length, 'violation')) : pc.green('explained');
  console.log(`${pc.bold(file)}: ${verdict}`);
  console.log(
    `  ${plural(operations, 'operation')} on ${plural(pagesTouched, 'page')}, ${overlaps} raced a structural call`,
  );
  if (!complete) console.log('  the history is cut; what it has was judged');
  for (const doubt of doubts) console.log(pc.yellow(`  ${doubt}`));
  if (undecidedPages > 0)
    console.log(pc.yellow(`  ${plural(undecidedPages, 'page')} not decided: ${undecidedReason}`));
  for (const { rule, explanation, operations: involved } of mismatches) {
    console.log(`\n  ${pc.red(rule)}: ${explanation}`);
    for (const { text, startMicros, endMicros, guilty } of involved) {
      console.log(
        `  ${guilty ? pc.red('→') : ' '} ${startMicros.toFixed(1).padStart(10)} – ${endMicros.toFixed(1).padEnd(10)} µs  ${text}`,
      );
    }
  }
}
