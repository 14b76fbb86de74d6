import type { Place } from '../console/symbols/addr2line.ts';
import { isCall, isReturn, isStore, type Instruction } from './disassembly.ts';
import type { Point } from './point.ts';

/** A function of one kernel: its instructions, and what each belongs to, the innermost inlined function first. */
export interface Body {
  readonly instructions: readonly Instruction[];
  readonly places: ReadonlyMap<bigint, readonly Place[]>;
  /** Source lines by file, as the places name the files; without them no point can be named by its text. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/**
 * Where a point is in a kernel.
 *
 * @param bodies of the functions of that name: static functions may share one.
 * @returns addresses of instructions before which a CPU is at the point; or why there is none.
 */
export function resolvePoint(point: Point, bodies: readonly Body[]): bigint[] | string {
  if (bodies.length === 0)
    return `this kernel has no function ${point.function} (it may be inlined everywhere)`;
  const found = bodies.flatMap((body) => addressesIn(point, body));
  if (found.length === 0) return `${point.text}: ${missing(point)}`;
  if (point.nth === undefined) return found;
  const one = found[point.nth - 1];
  return one === undefined ? `${point.text}: there are ${found.length} of them only` : [one];
}

function addressesIn({ at }: Point, { instructions, places, sources }: Body): bigint[] {
  const isOnLine =
    (text: string) =>
    ({ address }: Instruction): boolean =>
      (places.get(address) ?? []).some(
        ({ file, line }) =>
          file !== undefined &&
          line !== undefined &&
          (sources.get(file)?.[line - 1]?.includes(text) ?? false),
      );
  const starting = (matches: (instruction: Instruction) => boolean): bigint[] =>
    instructions
      .filter((one, index) => matches(one) && !(index > 0 && matches(instructions[index - 1]!)))
      .map(({ address }) => address);
  switch (at.kind) {
    case 'entry':
      return instructions.slice(0, 1).map(({ address }) => address);
    case 'return':
      return instructions.filter(isReturn).map(({ address }) => address);
    case 'call':
      return calls(instructions, at.callee).map(({ address }) => address);
    case 'after-call':
      return calls(instructions, at.callee).flatMap(
        (call) => instructions[instructions.indexOf(call) + 1]?.address ?? [],
      );
    case 'inlined':
      return starting(
        ({ address }) =>
          places
            .get(address)
            ?.slice(0, -1)
            .some((place) => place.function === at.callee) ?? false,
      );
    case 'line':
      return starting(isOnLine(at.source));
    case 'store':
      return instructions
        .filter((one) => isStore(one) && isOnLine(at.source)(one))
        .map(({ address }) => address);
  }
}

const calls = (instructions: readonly Instruction[], callee: string): Instruction[] =>
  instructions.filter((one) => isCall(one) && one.target === callee);

function missing({ at, function: owner }: Point): string {
  switch (at.kind) {
    case 'entry':
      return `${owner} has no code`;
    case 'return':
      return `${owner} has no return instruction (it ends in a jump)`;
    case 'call':
    case 'after-call':
      return `${owner} does not call ${at.callee} (inlined? "in ${at.callee}")`;
    case 'inlined':
      return `${at.callee} is not inlined in ${owner} (called? "call ${at.callee}")`;
    case 'line':
      return `no code of ${owner} is on a line with that text`;
    case 'store':
      return `no code of ${owner} on a line with that text writes memory`;
  }
}
