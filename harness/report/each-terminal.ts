import { styleText } from 'node:util';
import type { EachBuild, EachRecord, EachStep } from '../store/each-record.ts';
import { wantsColour, type SummaryOptions } from './terminal.ts';
import { oneLine, plural, seconds } from './words.ts';

type Style = Parameters<typeof styleText>[0];
interface Cell {
  readonly text: string;
  readonly style?: Style;
}

const TITLE_WIDTH = 46;
const MOST_WORDS = 12;

/** What a person reads when `spf build --each` has ended: a line a patch, then what is wrong. No newline at the end. */
export function eachSummary(record: EachRecord, options: SummaryOptions = {}): string {
  const colour = options.colour ?? wantsColour(process.stdout, process.env);
  const paint = ({ text, style }: Cell): string =>
    colour && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  return [
    ...headline(record).map(paint),
    '',
    ...table(record).map((row) => row.map(paint).join('  ').trimEnd()),
    ...notes(record),
    ...record.complaints.flatMap(({ text, words }) => [
      '',
      paint({ text: `✖ ${oneLine(text)}`, style: 'red' }),
      ...words.slice(0, MOST_WORDS).map((line) => `    ${oneLine(line)}`),
    ]),
    ...(options.directory === undefined ? [] : ['', `Record: ${options.directory}/each.json`]),
  ].join('\n');
}

function headline(record: EachRecord): Cell[] {
  const { series, base, complaints, stopped, exitCode, steps } = record;
  const names = series.map(({ name }) => name).join(' + ');
  const patches = series.reduce((sum, one) => sum + one.patches, 0);
  const what = `${names} on ${base.spec} (${base.version}), ${plural(Math.max(0, steps.length - 1), 'patch')} of ${patches}, each by itself`;
  const bad = complaints.length > 0 ? plural(complaints.length, 'complaint') : 'not come to its end';
  const built = record.scope === 'vmlinux' ? 'vmlinux built' : 'the files that the series changes compiled';
  return [
    exitCode === 0
      ? { text: `✔ PASS  ${what}`, style: 'green' }
      : exitCode === 1
        ? { text: `✖ FAIL  ${what}: ${bad}`, style: 'red' }
        : { text: `! ERROR ${what}: ${bad}`, style: 'yellow' },
    {
      text: `  exit code ${exitCode}, ${seconds(record.seconds)}, profile ${record.profile}, ${built} in each step`,
    },
    ...(stopped === null ? [] : [{ text: `  stopped: ${oneLine(stopped)}`, style: 'yellow' as const }]),
  ];
}

function table({ variants, steps }: EachRecord): Cell[][] {
  const ids = variants.map(({ id }) => id);
  const rows: Cell[][] = [
    ['patch', 'checkpatch', ...ids].map((text) => ({ text, style: 'bold' })),
    ...steps.map((step) => [
      { text: titleOf(step) },
      checkCell(step),
      ...ids.map((id) => buildCell(step.builds.find(({ variant }) => variant === id))),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.text.length ?? 0)),
  );
  return rows.map((row) =>
    row.map((cell, column) => ({ ...cell, text: cell.text.padEnd(widths[column] ?? 0) })),
  );
}

function titleOf({ patch }: EachStep): string {
  if (patch === null) return 'base';
  const text = `${String(patch.number).padStart(2)}/${patch.of} ${oneLine(patch.title)}`;
  return text.length <= TITLE_WIDTH ? text : `${text.slice(0, TITLE_WIDTH - 1)}…`;
}

function checkCell({ patch, checkpatch, rejection }: EachStep): Cell {
  if (rejection !== null) return { text: 'does not apply', style: 'red' };
  if (patch === null) return { text: '' };
  if (checkpatch === null) return { text: 'none in the tree', style: 'yellow' };
  if (checkpatch.errors > 0) return { text: plural(checkpatch.errors, 'error'), style: 'red' };
  if (checkpatch.warnings > 0) return { text: plural(checkpatch.warnings, 'warning'), style: 'yellow' };
  return { text: 'clean', style: 'green' };
}

/** `ok 12`: twelve files were compiled for it. */
function buildCell(build: EachBuild | undefined): Cell {
  if (build === undefined) return { text: '' };
  if (build.outcome === 'not-offered') return { text: 'not offered', style: 'dim' };
  if (build.outcome === 'failed') return { text: 'does not build', style: 'red' };
  const added = build.newWarnings?.length ?? 0;
  if (added > 0) return { text: plural(added, 'new warning'), style: 'red' };
  const had =
    build.newWarnings === null && build.warnings > 0 ? `, ${plural(build.warnings, 'warning')}` : '';
  return { text: `ok ${build.compiled}${had}`, style: 'green' };
}

/** What the table has no room for. */
function notes({ steps }: EachRecord): string[] {
  const offered = new Map(
    steps.flatMap(({ builds }) =>
      builds
        .filter(({ outcome }) => outcome === 'not-offered')
        .map(({ variant, words }) => [variant, words] as const),
    ),
  );
  const warned = steps.flatMap(({ patch, checkpatch }) =>
    (checkpatch?.complaints ?? [])
      .filter(({ kind }) => kind !== 'error')
      .map(
        ({ kind, type, text }) =>
          `${patch?.number}/${patch?.of}: checkpatch ${kind} ${type ?? ''}: ${oneLine(text)}`,
      ),
  );
  const missing = steps
    .filter(({ notCompiled }) => notCompiled.length > 0)
    .map(
      ({ patch, notCompiled }) =>
        `${patch?.number}/${patch?.of}: in none of these kernels: ${notCompiled.join(', ')}`,
    );
  const why = [...offered].map(
    ([variant, words]) => `${variant}, before it is offered: ${words.map(oneLine).join(' ')}`,
  );
  const all = [...why, ...warned, ...missing].map((line) => `  ${line}`);
  return all.length > 0 ? ['', ...all] : [];
}
