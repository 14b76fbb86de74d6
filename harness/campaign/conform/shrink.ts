import { compareProgram, type Disagreement } from '../../model/address-space/compare.ts';
import type { Operation, Program } from '../../model/address-space/operation.ts';
import type { BatchResult } from './batch.ts';

/** A program that still disagrees, and how. */
export interface Shrunk {
  readonly program: Program;
  readonly disagreement: Disagreement;
}

export type RunPrograms = (programs: readonly Program[]) => Promise<BatchResult>;

/** Rounds of candidates; each round is one run of the guest program. */
const ROUNDS = 60;
/** Candidates a round; few where each one that hangs is waited for. */
const WIDTH = 200;
const WIDTH_OF_HANGS = 12;

/**
 * The smallest program that we find which disagrees in the same way: parts are left out, then arguments made simple.
 * Every candidate runs in a process of its own, all of a round in one go.
 */
export async function shrinkProgram(
  program: Program,
  found: Disagreement,
  run: RunPrograms,
): Promise<Shrunk> {
  let best: Shrunk = { program: program.slice(0, found.step + 1), disagreement: found };
  const width = found.what === 'ending' ? WIDTH_OF_HANGS : WIDTH;
  for (let round = 0; round < ROUNDS; round++) {
    const candidates = [...smaller(best.program), ...simpler(best.program)].slice(0, width);
    const next = await firstThatFails(candidates, best, run);
    if (next === undefined) return best;
    best = next;
  }
  return best;
}

async function firstThatFails(
  candidates: readonly Program[],
  best: Shrunk,
  run: RunPrograms,
): Promise<Shrunk | undefined> {
  const { start, programs } = await run(candidates);
  for (const [index, observed] of programs.entries()) {
    const program = candidates[index] as Program;
    const disagreement = compareProgram(program, start, observed.steps);
    if (disagreement !== undefined && isAlike(program, disagreement, best))
      return { program: program.slice(0, disagreement.step + 1), disagreement };
  }
  return undefined;
}

/** Otherwise shrinking ends at another disagreement than it began with. */
function isAlike(program: Program, { step, what }: Disagreement, best: Shrunk): boolean {
  const name = best.program[best.disagreement.step]?.name;
  return what === best.disagreement.what && program[step]?.name === name;
}

/** Without a part: halves first, then single operations. A fork's count goes with what it loses. */
function* smaller(program: Program): Generator<Program> {
  for (let part = Math.floor(program.length / 2); part >= 1; part = Math.floor(part / 2))
    for (let from = 0; from + part <= program.length; from += part) yield without(program, from, part);
}

function without(program: Program, from: number, count: number): Program {
  const kept: Operation[] = [];
  program.forEach((operation, index) => {
    if (index >= from && index < from + count) return;
    if (operation.name !== 'fork') kept.push(operation);
    else {
      const reach = Math.min(index + (operation.args[0] ?? 0), program.length - 1);
      const lost = Math.max(0, Math.min(reach, from + count - 1) - Math.max(index + 1, from) + 1);
      kept.push({ ...operation, args: [reach - index - lost] });
    }
  });
  return kept;
}

const PAGE = 4096;

/** One argument nearer to the plainest one. */
function* simpler(program: Program): Generator<Program> {
  for (const [index, operation] of program.entries())
    for (const [place, value] of operation.args.entries())
      for (const plain of plainer(operation, place, value)) {
        const args = operation.args.with(place, plain);
        yield program.with(index, { ...operation, args });
      }
}

function plainer({ name }: Operation, place: number, value: number): number[] {
  if (name === 'fork') return value > 0 ? [value - 1] : [];
  if (name === 'mmap' && place === 3) return bitsOff(value);
  if (value > PAGE && value % PAGE !== 0) return [value - (value % PAGE)];
  if (value > PAGE && place < 3) return [PAGE, value - PAGE];
  return name === 'write' && place === 1 && value > 1 ? [1] : [];
}

const bitsOff = (flags: number): number[] =>
  [0x4000, 0x8000, 0x10000, 0x2000, 0x100, 0x20000, 0x100000].flatMap((bit) =>
    flags & bit ? [flags & ~bit] : [],
  );
