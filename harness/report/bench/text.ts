import type { BenchRecord } from '../../store/bench-record.ts';
import { oneLine, percent } from '../words.ts';
import { sceneTable } from './table.ts';
import { changeWords, conditions, NOT_COMPARABLE, sceneTitle } from './words.ts';

/** What a person reads when a benchmark has ended: verdict, figures, and what others published. No newline at the end. */
export function benchText(record: BenchRecord, directory?: string): string {
  const { verdict } = record;
  const tables = record.scenes.map((scene) => ({
    title: sceneTitle(record, scene),
    lines: sceneTable(record, scene.id),
  }));
  const widths = widthsOf(tables.flatMap(({ lines }) => lines));
  return [
    `${verdict.status}  ${verdict.headline}`,
    ...indent([...verdict.reasons, '', ...conditions(record)]),
    ...tables.flatMap(({ title, lines }) => ['', title, ...indent(lines.map((cells) => pad(cells, widths)))]),
    ...publishedLines(record),
    ...(directory === undefined ? [] : ['', `Record and table: ${directory}/bench.json, bench.md`]),
  ]
    .map(printable)
    .join('\n');
}

function publishedLines({ published }: BenchRecord): string[] {
  if (published.length === 0) return [];
  return [
    '',
    NOT_COMPARABLE,
    ...published.flatMap(({ who, program, source, rows }) => [
      `  ${program}`,
      `    ${who}, <${source}>`,
      ...rows.map((row) => `    ${publishedWords(row)}`),
    ]),
  ];
}

function publishedWords(row: BenchRecord['published'][number]['rows'][number]): string {
  const { hardware, base, series, change, share, note } = row;
  return [
    hardware,
    ...(base === undefined || series === undefined ? [] : [`${base} -> ${series}`]),
    ...(change === undefined ? [] : [changeWords(change)]),
    ...(share === undefined ? [] : [percent(share)]),
    ...(note === undefined ? [] : [note]),
  ].join(', ');
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`));

/** A line of its own, whatever a record says; the indentation stays. */
const printable = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${oneLine(line)}`;

const widthsOf = (lines: readonly (readonly string[])[]): number[] =>
  lines.reduce<number[]>(
    (widest, cells) =>
      Array.from({ length: Math.max(widest.length, cells.length) }, (_, column) =>
        Math.max(widest[column] ?? 0, cells[column]?.length ?? 0),
      ),
    [],
  );

const pad = (cells: readonly string[], widths: readonly number[]): string =>
  cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
