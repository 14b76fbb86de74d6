import { bitsFor, Layout } from '../engine/layout.ts';
import type { LookupScope } from './scope.ts';

/** What places a step touches, for the reduction. */
export const TOUCH = {
  tree: 1,
  mmSeq: 2,
  vmacacheSeqnum: 4,
  /** Reference counts, and with them whether a VMA is allocated. */
  refs: 8,
  rcu: 16,
  /** Node empty or not, file, bounds. */
  vma: 32,
  /** mm_users: threads that may still look something up. */
  users: 64,
} as const;

export const LIFE = { unused: 0, live: 1, freed: 2 } as const;

/**
 * Offsets of all variables of the lookup model.
 *
 * Of a counter that a thread only ever compares with the value it read before, it is enough to know whether it moved
 * since: `stale` says so of mm_seq, `flush` of vmacache_seqnum. It is exact for counters that do not wrap around during one
 * lookup (the kernel's need 2^31 changes for it), and states that differ in how much happened before are one.
 */
export interface LookupState {
  readonly layout: Layout;
  readonly root: number;
  /** Parity of mm_seq: 1 inside a write section. */
  readonly mmSeqOdd: number;
  readonly red: number;
  readonly writer: number;
  readonly W: Record<WriterPart, number>;
  readonly rcu: number;
  readonly readers: { base: number; length: number };
  readonly R: Record<ReaderPart, number>;
  /** Offset of the record of VMA n, from 1. */
  readonly vma: (id: number) => number;
  readonly V: Record<VmaPart, number>;
  readonly vmaLength: number;
  readonly vmaCount: number;
  readonly pages: number;
}

type WriterPart = 'pc' | 'call' | 'at' | 'first' | 'last' | 'plan' | 'store' | 'left';
type ReaderPart =
  | 'pc'
  | 'address'
  | 'stale'
  | 'node'
  | 'found'
  | 'flush'
  | 'cached'
  | 'inRcu'
  | 'holdsUp'
  | 'left'
  | 'seen'
  | 'hit'
  | 'moved';
type VmaPart = 'left' | 'right' | 'start' | 'end' | 'refs' | 'life' | 'empty' | 'queued' | 'inTree' | 'file';

export function lookupState(scope: LookupScope): LookupState {
  const { threads, finds, vmas, operations, maps } = scope;
  const vmaCount = vmas + maps;
  const id = bitsFor(vmaCount);
  const address = bitsFor(vmas);
  const layout = new Layout();
  const root = layout.add('mm_rb.rb_node', id);
  const mmSeqOdd = layout.add('mm_seq odd', 1);
  const red = layout.add('red', vmaCount + 1);
  const writer = layout.records(1, 'writer', {
    pc: 5,
    call: 3,
    at: id,
    first: id,
    last: id,
    plan: 8,
    store: 3,
    left: bitsFor(operations),
  });
  const rcu = layout.add('rcu.pc', 1);
  const vma = layout.records(vmaCount, 'vma', {
    left: id,
    right: id,
    start: address,
    end: address,
    refs: bitsFor(3 + threads),
    life: 2,
    empty: 1,
    queued: 2,
    inTree: 1,
    file: 1,
  });
  const readers = layout.records(threads, 'T', {
    pc: 4,
    address,
    stale: 1,
    node: id,
    found: id,
    flush: 1,
    cached: id,
    inRcu: 1,
    holdsUp: vmaCount,
    left: bitsFor(finds),
    seen: vmaCount,
    hit: 1,
    moved: 1,
  });
  return {
    layout,
    root,
    mmSeqOdd,
    red,
    writer: writer.base,
    W: writer.part,
    rcu,
    readers: { base: readers.base, length: readers.length },
    R: readers.part,
    vma: (nth) => vma.base + (nth - 1) * vma.length,
    V: vma.part,
    vmaLength: vma.length,
    vmaCount,
    pages: vmas,
  };
}
