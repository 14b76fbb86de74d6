import { hashContents, hashMaps } from './digest.ts';
import { kernelOf, type KernelOptions } from './kernel.ts';
import { startMm } from './mm.ts';
import { ARENA_PAGES, type Program } from './operation.ts';
import { runProgram } from './step.ts';
import type { Mm } from './types.ts';
import { PAGE } from './u64.ts';

/** The process as it was before the first step, in the guest's words. */
export interface ProcessStart extends KernelOptions {
  readonly release: string;
  readonly base: number;
  readonly startBrk: number;
  readonly heapStart: number;
  readonly memlock: number;
  readonly stack: number;
}

export interface ObservedLook {
  readonly result: number;
  readonly maps: number;
  readonly contents: number;
}

export interface Disagreement {
  /** Place of the step in the program; the program's length when something came after it. */
  readonly step: number;
  readonly what: 'result' | 'maps' | 'contents' | 'ending';
  readonly expected: number;
  readonly observed: number;
  /** What the model took the kernel to do in this step: names of rules. */
  readonly rules: readonly string[];
}

export function mmAt(start: ProcessStart): Mm {
  const { release, base, startBrk, heapStart, memlock, stack } = start;
  const kernel = kernelOf(release, start);
  return startMm(kernel, { base, startBrk, heapStart, limits: { memlock, stack } });
}

/** The first step on which model and kernel do not agree. */
export function compareProgram(
  program: Program,
  start: ProcessStart,
  steps: readonly ObservedLook[],
): Disagreement | undefined {
  const first = start.base / PAGE;
  let count = 0;
  let found: Disagreement | undefined;
  runProgram(program, mmAt(start), start.base, ({ index, result, mm }) => {
    const seen = steps[count++];
    const rules = () => [...mm.trail];
    if (seen === undefined)
      found = {
        step: index,
        what: 'ending',
        expected: program.length,
        observed: steps.length,
        rules: rules(),
      };
    else if (seen.result !== result)
      found = { step: index, what: 'result', expected: result, observed: seen.result, rules: rules() };
    else {
      const maps = hashMaps(mm, first, first + ARENA_PAGES);
      const contents = maps === seen.maps ? hashContents(mm, first, first + ARENA_PAGES) : seen.contents;
      if (maps !== seen.maps)
        found = { step: index, what: 'maps', expected: maps, observed: seen.maps, rules: rules() };
      else if (contents !== seen.contents)
        found = {
          step: index,
          what: 'contents',
          expected: contents,
          observed: seen.contents,
          rules: rules(),
        };
    }
    return found === undefined;
  });
  if (found === undefined && steps.length > count)
    return { step: program.length, what: 'ending', expected: count, observed: steps.length, rules: [] };
  return found;
}
