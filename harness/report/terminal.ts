import { styleText } from 'node:util';
import type { JobRecord, KernelRecord, RunRecord, Status } from '../store/record.ts';
import { findingsOf, mismatchesOf, speculativeShareOf } from './select.ts';
import { oneLine, percent, plural, seconds, stackLines } from './words.ts';

export interface SummaryOptions {
  /** Where the run's files are, to end with the path of the report. */
  readonly directory?: string;
  /** Asked of the standard output when left out. */
  readonly colour?: boolean;
}

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

const styles: Readonly<Record<Status, { mark: string; style: Style }>> = {
  PASS: { mark: '✔', style: 'green' },
  DONE: { mark: '✔', style: 'green' },
  FAIL: { mark: '✖', style: 'red' },
  ERROR: { mark: '!', style: 'yellow' },
  MISS: { mark: '!', style: 'yellow' },
  SKIP: { mark: '-', style: 'dim' },
};

/** Colour only for people: a terminal, and no NO_COLOR that is set to something (no-color.org). */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '';
}

/** What a person reads in the terminal when a run has ended; verdict first. No newline at the end. */
export function terminalSummary(record: RunRecord, options: SummaryOptions = {}): string {
  const colour = options.colour ?? wantsColour(process.stdout, process.env);
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  return [
    ...verdictLines(record, paint),
    ...section('Architectures', architectureLines(record, paint), paint),
    ...section(
      'Kernels',
      record.kernels.flatMap((kernel) => kernelLines(kernel, paint)),
      paint,
    ),
    ...section(
      'Jobs',
      record.jobs.flatMap((job) => jobLines(job, width(record), paint)),
      paint,
    ),
    ...section('Findings', findingLines(record, paint), paint),
    ...section('Violations', mismatchLines(record, paint), paint),
    ...(options.directory === undefined ? [] : ['', `Report: ${options.directory}/report.html`]),
  ].join('\n');
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)];
}

function verdictLines({ verdict }: RunRecord, paint: Paint): string[] {
  const { mark, style } = styles[verdict.status];
  const sure = verdict.confidence === 'none' ? '' : `, ${verdict.confidence}`;
  return [
    `${paint(style, `${mark} ${verdict.status}`)}  ${paint('bold', oneLine(verdict.headline))}`,
    paint('dim', `  exit code ${verdict.exitCode}${sure}`),
    ...verdict.reasons.map((reason) => `  ${oneLine(reason)}`),
  ];
}

/** The whole verdict again is worth a line each only where there are several; what was not looked at always is. */
function architectureLines({ architectures = [] }: RunRecord, paint: Paint): string[] {
  const several = architectures.length > 1;
  return architectures.flatMap(({ arch, verdict, blind }) => {
    const { mark, style } = styles[verdict.status];
    const head = `${paint(style, `${mark} ${verdict.status.padEnd(5)}`)} ${arch}  ${oneLine(verdict.headline)}`;
    return [
      ...(several ? [head] : []),
      ...blind.map((words) =>
        paint('dim', `${several ? '        ' : `${arch}: `}not seen: ${oneLine(words)}`),
      ),
    ];
  });
}

function kernelLines(kernel: KernelRecord, paint: Paint): string[] {
  const { dropped, asked, got } = kernel.symbols;
  const built = kernel.cached ? 'from the cache' : `built in ${seconds(kernel.buildSeconds)}`;
  const series =
    kernel.series === null ? 'no series' : `${kernel.series.name}, ${plural(kernel.patches.length, 'patch')}`;
  const warnings = kernel.warnings ?? [];
  return [
    `${kernel.id}  ${oneLine(kernel.release)}  ${paint('dim', `${series}, ${built}, ${got} of ${asked} symbols`)}`,
    ...dropped.map(({ symbol, reason }) =>
      paint('yellow', `  dropped ${oneLine(symbol)}: ${oneLine(reason)}`),
    ),
    ...(warnings.length === 0
      ? []
      : [paint('yellow', `  the series adds ${plural(warnings.length, 'compiler warning')}`)]),
  ];
}

const width = (record: RunRecord): number => Math.max(0, ...record.jobs.map(({ id }) => id.length));

function jobLines(job: JobRecord, idWidth: number, paint: Paint): string[] {
  const { mark, style } = styles[job.status];
  const share = speculativeShareOf(job);
  const facts = [
    job.bootSeconds === null ? 'no boot' : `boot ${seconds(job.bootSeconds)}`,
    job.runSeconds === null ? 'no run' : `run ${seconds(job.runSeconds)}`,
    ...(share === undefined ? [] : [`${percent(share)} speculative`]),
  ].join(', ');
  const head = `${paint(style, `${mark} ${job.status.padEnd(5)}`)} ${job.id.padEnd(idWidth)}  ${paint('dim', facts)}`;
  const trouble = job.status === 'PASS' || job.status === 'DONE' ? [] : [`        ${oneLine(job.reason)}`];
  return [head, ...trouble];
}

function findingLines(record: RunRecord, paint: Paint): string[] {
  return findingsOf(record).flatMap(({ first, jobs, times }) => [
    `${paint('red', oneLine(first.title))}  ${paint('dim', `${times}× in ${plural(jobs.length, 'job')}`)}`,
    ...stackLines(first.stack)
      .slice(0, 5)
      .map((line) => `    ${oneLine(line)}`),
    ...repeat(jobs, paint),
  ]);
}

function mismatchLines(record: RunRecord, paint: Paint): string[] {
  return mismatchesOf(record).flatMap(({ first, jobs, times }) => [
    `${paint('red', oneLine(first.rule))}  ${paint('dim', `${times}× in ${plural(jobs.length, 'job')}`)}`,
    `    ${oneLine(first.explanation)}`,
    ...repeat(jobs, paint),
  ]);
}

function repeat(jobs: readonly JobRecord[], paint: Paint): string[] {
  const first = jobs[0];
  return first === undefined ? [] : [`    ${paint('dim', 'repeat:')} ${oneLine(first.reproduce)}`];
}
