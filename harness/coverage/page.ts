import { markdownTable } from '../base/markdown.ts';
import { type Explanation, explain, outdated } from './explanation.ts';
import { figuresOf, type MeasuredFile, notReached } from './measure.ts';

export interface PageFacts {
  readonly arch: string;
  /** `uname -r` of the kernel that counted. */
  readonly release: string;
  /** What was run, for people to repeat. */
  readonly command: string;
  /** Workloads and how each ended: `hammer, seed 1: PASS`. */
  readonly jobs: readonly string[];
  /** Jobs that brought no counts, each with the reason: what they reached is not in the figures. */
  readonly lost: readonly string[];
}

/** What the workloads execute of the lines that a series adds: a table, every line not reached, and a listing. */
export function coveragePage(
  files: readonly MeasuredFile[],
  explanations: readonly Explanation[],
  { arch, release, command, jobs, lost }: PageFacts,
): string {
  const counted = files.filter((file) => file.counted);
  const absent = files.filter((file) => !file.counted).map(({ path }) => `\`${path}\``);
  const { lines, executed, branches, taken } = figuresOf(counted);
  const missing = counted.flatMap((file) =>
    notReached(file).map((line) => [
      `${file.path}:${line.number}`,
      code(line.text),
      explain(explanations, arch, file.path, line) ?? '**nobody knows**',
    ]),
  );
  const stale = outdated(explanations, arch, counted);
  return [
    `# Coverage on ${arch}`,
    '',
    `Which of the lines that the series adds its workloads execute: counted by the kernel itself (gcov), ${release}. Made by`,
    '',
    ...['```sh', command, '```', ''],
    `**${share(executed, lines)} of the lines, ${share(taken, branches)} of the branches.** Lines without code (comments,`,
    'declarations, what is configured out) are not counted; a branch is a way out of a condition.',
    '',
    ...markdownTable(['File', 'Lines added', 'With code', 'Executed', 'Branches taken'], counted.map(row)),
    '',
    ...paragraph('Not in this kernel, or without code in it', absent),
    ...paragraph('Run', jobs),
    ...paragraph('**Not counted**', lost),
    ...(missing.length === 0
      ? []
      : ['## Not reached', '', ...markdownTable(['Line', 'Code', 'Why'], missing), '']),
    ...paragraph('**Explained as not reached, and reached or gone**', stale.map(code)),
    '## Listing',
    '',
    'How often each added line was executed; `#####` never, `-` no code.',
    '',
    ...counted.flatMap(listing),
  ].join('\n');
}

function row(file: MeasuredFile): string[] {
  const { lines, executed, branches, taken } = figuresOf([file]);
  const added = String(file.lines.length);
  return [`\`${file.path}\``, added, String(lines), share(executed, lines), share(taken, branches)];
}

function listing({ path, lines }: MeasuredFile): string[] {
  const shown = lines.map(({ number, text, code: counted }) => {
    const count = counted === null ? '-' : counted.count === 0 ? '#####' : String(counted.count);
    return `${count.padStart(10)} ${String(number).padStart(6)}  ${text}`;
  });
  return [`### ${path}`, '', '```', ...shown, '```', ''];
}

const paragraph = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`${title}: ${items.join(', ')}.`, ''];

/** A cell of Markdown, whatever the line has in it. */
const code = (text: string): string => `\`\` ${text.trim()} \`\``;

const share = (part: number, whole: number): string =>
  whole === 0 ? 'none' : `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
