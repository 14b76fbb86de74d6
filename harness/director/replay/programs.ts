import type { Check } from '../../model/protocol/checks.ts';
import type { TraceStep } from '../../model/protocol/engine/trace.ts';
import type { Begun } from '../../model/protocol/engine/types.ts';

/** What the threads of a counterexample do, as operations of guest/lib/stage-operations.c. */
export interface Program {
  /** Before anybody begins. */
  readonly setup: string;
  /** The area that is a VMA of the model. */
  readonly areaOf: (vma: number) => string;
  /** An operation, or why there is none. Called once for each that begins, in their order. */
  readonly operation: (begun: Begun) => { readonly text: string } | { readonly lacks: string };
  /** Words that were stored to, as places. */
  readonly stored: () => readonly string[];
}

/** Pages of an area. */
const PAGES = 16;
const AREAS = 'abcdefgh';

export const programOf = (check: Check, trace: readonly TraceStep[]): Program =>
  check.model === 'lookup'
    ? lookupProgram(check.scope.vmas)
    : faultProgram(
        check.scope.populated,
        trace.some(({ begins }) => begins?.call === 'mremap'),
      );

/** VMA 1 is area a, and so on: not side by side, so that they are found one by one and stay apart. */
function lookupProgram(vmas: number): Program {
  const area = (page: number): string => AREAS[page]!;
  let loads = 0;
  const operations: Record<string, (on: number) => string> = {
    // A page that nobody has touched.
    load: (page) => `load ${area(page)}+${++loads % PAGES}`,
    munmap: (vma) => `unmap ${area(vma - 1)} ${PAGES}`,
    mmap: (page) => `map ${area(page)} ${PAGES}`,
  };
  return {
    setup: Array.from({ length: vmas }, (_, nth) => `map ${area(nth)} ${PAGES}`).join('; '),
    areaOf: (vma) => area(vma - 1),
    operation: translate(operations),
    stored: () => [],
  };
}

/** VMA 0 is area a, and page 0 its first page; mremap takes it to area b. Every store has a word of its own. */
function faultProgram(populated: boolean, moves: boolean): Program {
  let stores = 0;
  const operations: Record<string, (on: number) => string> = {
    store: (page) => `store ${AREAS[page]}/${++stores} ${stores}`,
    'mprotect-read': () => `protect a ${PAGES} r`,
    'mprotect-write': () => `protect a ${PAGES} rw`,
    dontneed: () => 'discard a 1',
    munmap: () => `unmap a ${PAGES}`,
    mremap: () => `move a ${PAGES} b`,
    fork: () => 'fork',
  };
  return {
    // Either way there is a page table, and an anon_vma.
    setup: `map a ${PAGES}; store ${populated ? 'a' : 'a+1'} 1`,
    areaOf: () => 'a',
    operation: translate(operations),
    stored: () => Array.from({ length: stores }, (_, nth) => `${moves ? 'b' : 'a'}/${nth + 1}`),
  };
}

const translate =
  (operations: Readonly<Record<string, (on: number) => string>>): Program['operation'] =>
  ({ call, on }) => {
    const known = operations[call];
    return known === undefined ? { lacks: `the stage has no operation for ${call}` } : { text: known(on) };
  };
