import { listContents } from '../../model/address-space/digest.ts';
import { mmAt, type Disagreement } from '../../model/address-space/compare.ts';
import { mapsLine } from '../../model/address-space/maps.ts';
import { ARENA_PAGES, type Program } from '../../model/address-space/operation.ts';
import { describeRule, operationPlaces } from '../../model/address-space/rules.ts';
import { runProgram } from '../../model/address-space/step.ts';
import { PAGE } from '../../model/address-space/u64.ts';
import { cProgram } from '../../workload/conform/c-program.ts';
import type { ConformStart } from '../../workload/conform/results.ts';
import type { RunPrograms, Shrunk } from './shrink.ts';

/** A disagreement for people: what each side says, why the model says so, and a C program that shows it. */
export interface Explanation {
  readonly headline: string;
  readonly expected: readonly string[];
  readonly observed: readonly string[];
  /** Rules that the model followed in the step, each with its place in the kernel. */
  readonly because: readonly string[];
  readonly source: string;
}

/** @param runFull runs programs with everything in words. */
export async function explain({ program, disagreement }: Shrunk, runFull: RunPrograms): Promise<Explanation> {
  const { start, programs } = await runFull([program]);
  const { step, what, rules } = disagreement;
  const name = program[step]?.name ?? 'the end';
  const observed = lineUp(programs[0]?.steps[step]?.text ?? '', start);
  const expected = expectedLines(program, start, step);
  const because = [...rules.map(describeRule), `${name} (${operationPlaces[name] ?? 'no place known'})`];
  const headline = `${name}: ${sentence(disagreement, start)}`;
  const comments = [
    `Linux ${start.release}. ${headline}`,
    ...because.map((line) => `by the model: ${line}`),
    ...(what === 'result'
      ? []
      : [...expected.map((line) => `expected ${line}`), ...observed.map((line) => `observed ${line}`)]),
  ];
  return { headline, expected, observed, because, source: cProgram(program, comments) };
}

function sentence({ what, expected, observed }: Disagreement, { base }: ConformStart): string {
  const shown = (value: number) =>
    value >= base && value < base + ARENA_PAGES * PAGE ? `page ${(value - base) / PAGE}` : String(value);
  switch (what) {
    case 'result':
      return `expected ${shown(expected)}, observed ${shown(observed)}`;
    case 'maps':
      return 'the address space looks otherwise than expected';
    case 'contents':
      return 'memory holds otherwise than expected';
    case 'ending':
      return `expected ${expected} steps, observed ${observed}`;
  }
}

function expectedLines(program: Program, start: ConformStart, step: number): string[] {
  const first = start.base / PAGE;
  let lines: string[] = [];
  runProgram(program, mmAt(start), start.base, ({ index, mm }) => {
    if (index === step) {
      const inside = mm.vmas.filter((vma) => vma.end > first && vma.start < first + ARENA_PAGES);
      const maps = inside.map((vma) => mapsLine(mm, vma)).join('\n');
      lines = [...lineUp(maps, start), ...listContents(mm, first, first + ARENA_PAGES)];
    }
    return index < step;
  });
  return lines;
}

/** Lines of maps with pages of the arena in place of addresses, and without device and inode. */
export function lineUp(text: string, { base }: Pick<ConformStart, 'base'>): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^([0-9a-f]+)-([0-9a-f]+) (\S+) (\S+) \S+ \d+ *(.*)$/.exec(line);
      if (match === null) return line;
      const [, start = '', end = '', rights = '', offset = '', name = ''] = match;
      const page = (hex: string) => (Number.parseInt(hex, 16) - base) / PAGE;
      return `pages ${page(start)} to ${page(end)} ${rights} ${offset} ${name}`.trimEnd();
    });
}
