import { compileWords } from '../lines/words.ts';
import { sanitizersRule } from './marks.ts';
import type { Row } from './row.ts';
import { table } from './table.ts';

/** What begins no report and is to be heard all the same: starts of kernels, ends of reports, announced restarts. */
const marks = [
  sanitizersRule,
  'Linux version ',
  'SeaBIOS (version',
  'Booting ',
  'SLOF **',
  'U-Boot ',
  'OF stdout device is',
  '---[ end ',
  'Rebooting in ',
  'reboot: ',
  'sysrq: ',
  'Restarting system',
  'Power down',
  'The system is going down',
];

const words = [...new Set([...table.flatMap((row) => row.words), ...marks])];

/** One pass over a console finds all of them. */
export const vocabulary = compileWords(words);

const rowsOfWord: readonly (readonly number[])[] = words.map((word) =>
  table.flatMap((row, index) => (row.words.includes(word) ? [index] : [])),
);

/** The rows that a line with these words may begin, in the table's order. */
export function rowsFor(found: readonly number[]): readonly Row[] {
  const rows = new Set(found.flatMap((word) => rowsOfWord[word] ?? []));
  return [...rows].sort((a, b) => a - b).map((index) => table[index]!);
}
