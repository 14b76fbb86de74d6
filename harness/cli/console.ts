import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import pc from 'picocolors';
import type { Context } from '../base/context.ts';
import { describeError, EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { symbolizeFindings } from '../build/symbols.ts';
import { batchInputSchema, readBatchEntry } from '../console/batch.ts';
import type { Finding } from '../console/finding.ts';
import { createConsoleReader } from '../console/reader.ts';
import { loadKnownIssues } from '../plan/known-issues.ts';
import { excuse, silentIssues } from '../verdict/known-issues.ts';
import { followFile } from './console-follow.ts';
import { findingText, knownText, logText } from './console-text.ts';
import { commandContext, projectDir } from './context.ts';

export interface ConsoleOptions {
  readonly vmlinux?: string;
  readonly jsonl?: string;
  readonly json?: boolean;
  readonly context: string;
  readonly follow?: boolean;
  readonly series?: string;
}

/** `spf console FILE…`: 0 when no log has a finding that is not known, 1 when one has. Batch mode always ends with 0 or 2. */
export async function readConsoles(files: readonly string[], options: ConsoleOptions): Promise<ExitCode> {
  if (options.jsonl !== undefined) return batch(options.jsonl);
  if (files.length === 0) throw new UsageError('spf console wants a file, or - for standard input');
  const context = Number(options.context);
  if (!Number.isInteger(context) || context < 0)
    throw new UsageError(`--context wants a number of lines, not "${options.context}"`);
  const ctx = commandContext();
  if (options.follow === true) return follow(files, context, options, ctx);

  const logs: { file: string; lines: number; findings: readonly Finding[] }[] = [];
  for (const file of files) logs.push({ file, ...(await readLog(file, options.vmlinux, ctx)) });
  const known =
    options.series === undefined
      ? null
      : judgeKnown(
          logs.flatMap(({ findings }) => findings),
          options.series,
        );
  if (options.json) console.log(JSON.stringify(logs, null, 2));
  else {
    for (const { file, lines, findings } of logs) console.log(logText(file, lines, findings, context));
    if (known !== null && known.text !== '') console.log(`\n${known.text}`);
  }
  const fresh = known?.fresh ?? logs.flatMap(({ findings }) => findings);
  return fresh.length > 0 ? EXIT.kernelAtFault : EXIT.clean;
}

function judgeKnown(findings: readonly Finding[], series: string) {
  const issues = loadKnownIssues(projectDir);
  const today = new Date().toISOString().slice(0, 10);
  const scene = { series, arch: null, workload: '', programs: [], today };
  const { fresh, excused } = excuse(findings, issues, scene);
  // Issues of histories and directed programs cannot show on a console.
  const ofConsole = issues.filter(({ signature }) => !/^\^?(history|directed):/.test(signature.source));
  return { fresh, text: knownText(excused, silentIssues(findings, ofConsole, scene)) };
}

async function readLog(file: string, vmlinux: string | undefined, ctx: Context) {
  const reader = createConsoleReader();
  for await (const chunk of open(file)) reader.push(chunk);
  const { findings, lines } = reader.end();
  if (vmlinux === undefined || findings.length === 0) return { findings, lines };
  const symbolized = await symbolizeFindings(findings, vmlinux, ctx);
  if (symbolized.refused !== null) console.error(pc.yellow(`no file and line: ${symbolized.refused}`));
  return { findings: symbolized.findings, lines };
}

async function* open(file: string): AsyncIterable<Uint8Array> {
  try {
    yield* (file === '-' ? process.stdin : createReadStream(file)) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new UsageError(`cannot read ${file}`, { cause: error });
  }
}

/** Prints each finding when its report is complete: as text, or one JSON object a line. */
async function follow(
  [file = '', ...more]: readonly string[],
  context: number,
  { json }: ConsoleOptions,
  { signal }: Context,
): Promise<ExitCode> {
  if (more.length > 0 || file === '-') throw new UsageError('--follow wants one file');
  let count = 0;
  const unread = new AbortController();
  process.stdout.once('error', () => unread.abort());
  const reader = createConsoleReader({
    onFinding: (finding) => {
      count += 1;
      console.log(json === true ? JSON.stringify(finding) : `${findingText(finding, context)}\n`);
    },
  });
  try {
    await followFile(file, {
      onChunk: (chunk) => reader.push(chunk),
      onSilence: () => reader.pause(),
      signal: AbortSignal.any([signal, unread.signal]),
    });
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${describeError(error)}`, { cause: error });
  }
  reader.end();
  return count > 0 ? EXIT.kernelAtFault : EXIT.clean;
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
