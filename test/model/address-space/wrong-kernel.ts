import { hashContents, hashMaps } from '../../../harness/model/address-space/digest.ts';
import { mmAt, type ProcessStart } from '../../../harness/model/address-space/compare.ts';
import type { DifferenceName, Kernel } from '../../../harness/model/address-space/kernel.ts';
import { ARENA_PAGES, type Operation, type Program } from '../../../harness/model/address-space/operation.ts';
import { runProgram } from '../../../harness/model/address-space/step.ts';
import type { Mm } from '../../../harness/model/address-space/types.ts';
import { PAGE } from '../../../harness/model/address-space/u64.ts';
import { BASE } from './world.ts';

/** A kernel that is wrong in one thing: the model itself, spoilt. */

export const start: ProcessStart = {
  ...{ release: '5.10.223', base: BASE, startBrk: BASE - 0x20000, heapStart: BASE - 0x20000 },
  ...{ memlock: 32 * PAGE, stack: 200 * PAGE, ksm: true, thp: true, pkeys: true, zeroPage: true },
};

export interface Wrong {
  /** Changes the kernel's rules before the program. */
  readonly rules?: (kernel: Kernel) => Kernel;
  /** Spoils the state after an operation. */
  readonly spoil?: (mm: Mm, operation: Operation) => void;
  readonly result?: (result: number, operation: Operation) => number;
}

/** What a run of the guest program would have told of it. */
export function observe(program: Program, release: string, wrong: Wrong) {
  const mm = mmAt({ ...start, release });
  if (wrong.rules) Object.assign(mm, { kernel: wrong.rules(mm.kernel) });
  const steps: { result: number; maps: number; contents: number }[] = [];
  runProgram(program, mm, BASE, ({ mm: now, operation, result }) => {
    wrong.spoil?.(now, operation);
    const first = BASE / PAGE;
    steps.push({
      result: wrong.result?.(result, operation) ?? result,
      maps: hashMaps(now, first, first + ARENA_PAGES),
      contents: hashContents(now, first, first + ARENA_PAGES),
    });
    return true;
  });
  return steps;
}

/** One rule of the table turned over. */
export const turnedOver = (turned: DifferenceName): Wrong => ({
  rules: (kernel) => ({
    ...kernel,
    has: (name) => (name === turned ? !kernel.has(name) : kernel.has(name)),
  }),
});
