import type { BenchRecord } from '../../store/bench-record.ts';
import { oneLine, percent } from '../words.ts';
import { sceneTable } from './table.ts';
import { changeWords, conditions, NOT_COMPARABLE, sceneTitle } from './words.ts';

/** `bench.md`: the figures for a mail or a page. */
export function benchMarkdown(record: BenchRecord): string {
  const { verdict, scenes, published } = record;
  const kernels = record.variants.map(({ id, kernel }) => [id, kernel.release, `${kernel.patches.length}`]);
  return `${[
    `# ${escaped(verdict.headline)}`,
    [...verdict.reasons, ...conditions(record)].map((words) => `- ${escaped(words)}`).join('\n'),
    table([['kernel', 'release', 'patches'], ...kernels]),
    ...scenes.flatMap((scene) => [
      `## ${escaped(sceneTitle(record, scene))}`,
      table(sceneTable(record, scene.id)),
    ]),
    ...(published.length === 0 ? [] : ['## Published', NOT_COMPARABLE, table(publishedTable(record))]),
  ].join('\n\n')}\n`;
}

function publishedTable({ published }: BenchRecord): string[][] {
  return [
    ['program', 'hardware', 'base', 'series', 'change or share', 'source'],
    ...published.flatMap(({ program, source, rows }) =>
      rows.map(({ hardware, base, series, change, share }) => [
        program,
        hardware,
        `${base ?? '–'}`,
        `${series ?? '–'}`,
        change !== undefined ? changeWords(change) : share !== undefined ? percent(share) : '–',
        source,
      ]),
    ),
  ];
}

const table = (lines: readonly (readonly string[])[]): string =>
  lines
    .flatMap((cells, at) => [
      `| ${cells.map(escaped).join(' | ')} |`,
      ...(at === 0 ? [`|${'---|'.repeat(cells.length)}`] : []),
    ])
    .join('\n');

/** On one line and within its cell, whatever a kernel or a plan called itself. */
const escaped = (text: string): string => oneLine(text).replaceAll(/[|<>]/g, '\\$&');
