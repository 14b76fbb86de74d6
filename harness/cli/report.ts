import { dirname, extname } from 'node:path';
import { EXIT, type ExitCode } from '../base/errors.ts';
import { writeReports } from '../report/index.ts';
import { terminalSummary } from '../report/terminal.ts';
import { readRunRecord } from '../store/index.ts';

/** `spf report [RUN]`: reports only read, so writing them again changes nothing but their looks. */
export async function report(run: string): Promise<ExitCode> {
  const record = await readRunRecord(run);
  const directory = extname(run) === '.json' ? dirname(run) : run;
  await writeReports(directory, record);
  console.log(terminalSummary(record, { directory }));
  return EXIT.clean;
}
