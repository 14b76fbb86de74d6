import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import pc from 'picocolors';
import { describeError, EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { symbolizeFindings } from '../build/symbols.ts';
import { batchInputSchema, readBatchEntry } from '../console/batch.ts';
import type { Finding } from '../console/finding.ts';
import { createConsoleReader } from '../console/reader.ts';
import { commandContext } from './context.ts';

export interface ConsoleOptions {
  readonly vmlinux?: string;
  readonly jsonl?: string;
  readonly json?: boolean;
}

/** `spf console FILE…`: 0 when no log has a finding, 1 when one has. Batch mode always ends with 0 or 2. */
export async function readConsoles(files: readonly string[], options: ConsoleOptions): Promise<ExitCode> {
  if (options.jsonl !== undefined) return batch(options.jsonl);
  if (files.length === 0) throw new UsageError('spf console wants a file, or - for standard input');
  const logs: { file: string; lines: number; findings: readonly Finding[] }[] = [];
  for (const file of files) logs.push({ file, ...(await readLog(file, options.vmlinux)) });
  if (options.json) console.log(JSON.stringify(logs, null, 2));
  else logs.forEach(({ file, lines, findings }) => print(file, lines, findings));
  return logs.some(({ findings }) => findings.length > 0) ? EXIT.kernelAtFault : EXIT.clean;
}

async function readLog(file: string, vmlinux: string | undefined) {
  const reader = createConsoleReader();
  for await (const chunk of open(file)) reader.push(chunk);
  const { findings, lines } = reader.end();
  if (vmlinux === undefined || findings.length === 0) return { findings, lines };
  const symbolized = await symbolizeFindings(findings, vmlinux, commandContext());
  return { findings: symbolized.findings, lines };
}

async function* open(file: string): AsyncIterable<Uint8Array> {
  try {
    yield* (file === '-' ? process.stdin : createReadStream(file)) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new UsageError(`cannot read ${file}`, { cause: error });
  }
}

function print(file: string, lines: number, findings: readonly Finding[]): void {
  console.log(`${pc.bold(file)}: ${findings.length} findings in ${lines} lines`);
  for (const finding of findings) {
    const times = finding.count > 1 ? ` (${finding.count} times)` : '';
    console.log(
      `\n${pc.red(finding.title)}${times}  ${pc.dim(`lines ${finding.lines.first + 1}-${finding.lines.last + 1}`)}`,
    );
    if (finding.corrupted !== undefined) console.log(pc.yellow(`  perhaps not whole: ${finding.corrupted}`));
    for (const frame of finding.stack.slice(0, 12)) {
      const place = frame.file === undefined ? '' : pc.dim(`  ${frame.file}:${frame.line ?? '?'}`);
      console.log(`  ${frame.unreliable ? '? ' : ''}${frame.function}${place}`);
    }
  }
}

/** One JSON object a line in, one a line out. */
async function batch(file: string): Promise<ExitCode> {
  let number = 0;
  for await (const line of createInterface({
    input: file === '-' ? process.stdin : createReadStream(file),
  })) {
    number += 1;
    if (line.trim() === '') continue;
    console.log(JSON.stringify(readBatchEntry(parseEntry(line, file, number))));
  }
  return EXIT.clean;
}

function parseEntry(line: string, file: string, number: number) {
  try {
    return batchInputSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new UsageError(
      `${file}:${number}: no JSON object with id, log and encoding: ${describeError(error)}`,
    );
  }
}
