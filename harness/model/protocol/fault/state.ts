import { bitsFor, Layout } from '../engine/layout.ts';
import type { FaultScope } from './scope.ts';

export const TOUCH = {
  mmapLock: 1,
  sequence: 2,
  /** Flags, bounds, and whether it is in the tree. */
  vma: 4,
  pmd: 8,
  pte: 16,
  ptl: 32,
  tlb: 64,
  content: 128,
  /** Threads that are inside local_irq_disable(). */
  irq: 256,
} as const;

export const PTE = { none: 0, readOnly: 1, writable: 2 } as const;

type VmaPart = 'sequence' | 'page' | 'write' | 'inTree' | 'empty' | 'writers';
type TablePart = 'pte' | 'frame' | 'lock';
type ThreadPart =
  | 'pc'
  | 'page'
  | 'vma'
  | 'sequence'
  | 'write'
  | 'pte'
  | 'frame'
  | 'table'
  | 'goal'
  | 'copy'
  | 'allowed'
  | 'left'
  | 'tlbPage'
  | 'tlbFrame';

/**
 * Offsets of all variables of the fault model. A VMA is a page long. Frames are numbered from 1; what a frame holds is the
 * set of the stores that went to it, a bit each in the order of their completion, so that a lost store shows.
 */
export interface FaultState {
  readonly layout: Layout;
  /** mmap_lock: held for write, number of holders for read. */
  readonly writeLocked: number;
  readonly readLocked: number;
  /** Stores that are complete. */
  readonly stored: number;
  /** The frame that fork gave to the child, and whether the parent must not change it any more. */
  readonly childFrame: number;
  readonly childSealed: number;
  /** Page table below the PMD of page n, counted from 1; 0 is none. */
  readonly pmd: (page: number) => number;
  readonly vma: (nth: number) => number;
  readonly V: Record<VmaPart, number>;
  readonly table: (nth: number) => number;
  readonly P: Record<TablePart, number>;
  readonly frame: (nth: number) => number;
  readonly frames: number;
  readonly thread: (nth: number) => number;
  readonly threadLength: number;
  readonly T: Record<ThreadPart, number>;
  readonly caller: (nth: number) => number;
  readonly C: Record<'pc' | 'loaded', number>;
  readonly vmas: number;
  readonly tables: number;
  readonly sequenceMask: number;
}

export function faultState(scope: FaultScope): FaultState {
  const { threads, stores, callers } = scope;
  const calls = callers.reduce((sum, each) => sum + each.length, 0);
  const all = threads * stores;
  if (all > 6) throw new Error('more than 6 stores in all: contents are sets of at most 6');
  const layout = new Layout();
  const vmas = 2;
  const tables = 2;
  // A thread's TLB, the page tables and the child may each keep one, and one more is being made.
  const frames = threads + tables + 2;
  const frameBits = bitsFor(frames);
  // A call opens at most three sections of a VMA. Wide enough never to wrap.
  const sequenceBits = bitsFor(Math.min(255, calls * 6 + 1));
  const writeLocked = layout.add('mmap_lock write', 1);
  const readLocked = layout.add('mmap_lock read', bitsFor(callers.length));
  const stored = layout.add('stored', bitsFor(all));
  const childFrame = layout.add('child frame', frameBits);
  const childSealed = layout.add('child sealed', 1);
  const pmds = [layout.add('pmd0', 2), layout.add('pmd1', 2)];
  const vma = layout.records(vmas, 'vma', {
    sequence: sequenceBits,
    page: 2,
    write: 1,
    inTree: 1,
    empty: 1,
    writers: 2,
  });
  const table = layout.records(tables, 'table', { pte: 2, frame: frameBits, lock: bitsFor(threads + 1) });
  const frame = layout.records(frames, 'frame', { content: all });
  const caller = layout.records(callers.length, 'caller', { pc: 6, loaded: sequenceBits });
  const thread = layout.records(threads, 'T', {
    pc: 5,
    page: 1,
    vma: 2,
    sequence: sequenceBits,
    write: 1,
    pte: 2,
    frame: frameBits,
    table: 2,
    goal: 2,
    copy: all,
    allowed: 1,
    left: bitsFor(stores),
    tlbPage: 1,
    tlbFrame: frameBits,
  });
  return {
    layout,
    writeLocked,
    readLocked,
    stored,
    childFrame,
    childSealed,
    pmd: (page) => pmds[page]!,
    vma: (nth) => vma.base + nth * vma.length,
    V: vma.part,
    table: (nth) => table.base + (nth - 1) * table.length,
    P: table.part,
    frame: (nth) => frame.base + nth - 1,
    frames,
    thread: (nth) => thread.base + nth * thread.length,
    threadLength: thread.length,
    T: thread.part,
    caller: (nth) => caller.base + nth * caller.length,
    C: caller.part,
    vmas,
    tables,
    sequenceMask: 2 ** sequenceBits - 1,
  };
}
