import { execute, exchange, load, readAll } from './access.ts';
import { brk } from './brk.ts';
import { exitMm, forkMm } from './fork.ts';
import { madvise } from './madvise.ts';
import { mlock, mlock2, mlockall, munlock, munlockall } from './mlock.ts';
import { mmap } from './mmap.ts';
import { mprotect } from './mprotect.ts';
import { mremap } from './mremap.ts';
import { msync } from './msync.ts';
import { munmap } from './munmap.ts';
import { addresses, ARENA_PAGES, lengths, signatures, type Operation, type Program } from './operation.ts';
import { remapFilePages } from './remap-file-pages.ts';
import type { Mm } from './types.ts';
import { PAGE } from './u64.ts';

/** The result of a step: an address or another number, -errno, ELSEWHERE, or faultResult(). */
export function applyOperation(mm: Mm, base: number, operation: Operation): number {
  const result = perform(mm, base, operation);
  // The C library's syscall() returns a long.
  return result >= 2 ** 63 ? result - 2 ** 64 : result;
}

function perform(mm: Mm, base: number, { name, args }: Operation): number {
  const kinds = signatures[name];
  const a = args.map((value, index) => absolute(kinds[index] ?? 'int', value, base));
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = a;
  switch (name) {
    case 'mmap': {
      const call = { address: first, length: second, prot: third, flags: fourth, file: fifth, offset: sixth };
      return mmap(mm, call);
    }
    case 'munmap':
      return munmap(mm, first, second);
    case 'mprotect':
      return mprotect(mm, first, second, third);
    case 'madvise':
      return madvise(mm, first, second, third);
    case 'mremap': {
      const call = { address: first, oldLength: second, newLength: third, flags: fourth, target: fifth };
      return mremap(mm, call);
    }
    case 'brk':
      return brk(mm, first);
    case 'mlock':
      return mlock(mm, first, second);
    case 'mlock2':
      return mlock2(mm, first, second, third);
    case 'munlock':
      return munlock(mm, first, second);
    case 'mlockall':
      return mlockall(mm, first);
    case 'munlockall':
      return munlockall(mm);
    case 'read':
      return load(mm, first);
    case 'write':
      return exchange(mm, first, second * 256 + 0xc3);
    case 'execute':
      return execute(mm, first);
    case 'msync':
      return msync(mm, first, second, third);
    case 'remap_file_pages':
      return remapFilePages(mm, first, second, third, fourth);
    case 'fork':
      return 0;
  }
}

function absolute(kind: string, value: number, base: number): number {
  if (kind === 'addr') return value < 0 ? (addresses[-1 - value] ?? 0) : base + value;
  if (kind === 'len') return value < 0 ? (lengths[-1 - value] ?? 0) : value;
  return value;
}

export interface Step {
  readonly operation: Operation;
  /** Place in the program. */
  readonly index: number;
  readonly result: number;
  /** As it is after the step; changes with the next one. */
  readonly mm: Mm;
}

/**
 * Run a program and show each step, before the arena is read as the guest reads it. `visit` returns false to stop.
 */
export function runProgram(program: Program, mm: Mm, base: number, visit: (step: Step) => boolean): void {
  runPart(program, 0, program.length, mm, base, visit);
}

function runPart(
  program: Program,
  from: number,
  to: number,
  mm: Mm,
  base: number,
  visit: (step: Step) => boolean,
): boolean {
  for (let index = from; index < to; index++) {
    const operation = program[index] as Operation;
    mm.trail.length = 0;
    const result = applyOperation(mm, base, operation);
    if (operation.name === 'fork') {
      const child = forkMm(mm);
      const end = Math.min(to, index + 1 + Math.max(0, operation.args[0] ?? 0));
      // The step of the fork itself is seen in the child, before it does anything.
      if (!look({ operation, index, result, mm: child }, base, visit)) return false;
      const goesOn = runPart(program, index + 1, end, child, base, visit);
      exitMm(child);
      if (!goesOn) return false;
      index = end - 1;
    } else if (!look({ operation, index, result, mm }, base, visit)) return false;
  }
  return true;
}

function look(step: Step, base: number, visit: (step: Step) => boolean): boolean {
  if (!visit(step)) return false;
  readAll(step.mm, base / PAGE, base / PAGE + ARENA_PAGES);
  return true;
}
