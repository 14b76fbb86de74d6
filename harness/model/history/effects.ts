import { OP, OUTCOME, type Op } from './types.ts';

/**
 * What a call may have done to one page of its range, by call, result and errno. Linux 5.10; the checks and their
 * order are in mm/mmap.c, mm/mprotect.c, mm/madvise.c and mm/mremap.c. A call has one of its effects; doubt is a
 * second effect in the row, never an exception.
 */
export const EFFECT = {
  /** Nothing happened to the page. */
  none: 0,
  /** mmap MAP_FIXED: old content gone and fresh zero pages there, one instant (do_munmap without downgrade). */
  fresh: 1,
  /** mmap with a hint that was granted: the page was free. */
  freshInHole: 2,
  /** munmap: the VMA goes at once, the page-table entry and the TLB entries thread by thread. */
  unmap: 3,
  /** Unmapped in one instant, by do_munmap() under the write lock, without replacement. */
  hole: 4,
  /** mprotect; the page must be mapped. */
  protect: 5,
  /** mprotect that may have met a hole at this page. */
  protectIfMapped: 6,
  /** MADV_DONTNEED; the page must be mapped. */
  zap: 7,
  zapIfMapped: 8,
  /** The call reported a hole, and this is the only page it can have been. */
  mustBeHole: 9,
  /** mremap: destination usable, then source dead. */
  move: 10,
  /** The child's image was taken, seen as the record says. */
  snapshot: 11,
  /** Whoever takes mmap_lock for writing finds every flip over. */
  barrier: 12,
  /** MADV_FREE; the page must be mapped. Its content may become zero at any time until it is written again. */
  free: 13,
  freeIfMapped: 14,
} as const;
export type Effect = (typeof EFFECT)[keyof typeof EFFECT];

const ENOMEM = 12;
const EFAULT = 14;
const EAGAIN = 11;

interface Row {
  readonly op: Op;
  /** undefined: any other errno. */
  readonly errno?: readonly number[];
  /** Rows for calls on exactly one page come before those for any number. */
  readonly single?: boolean;
  readonly effects: readonly Effect[];
  readonly why: string;
}

const FAILURES: readonly Row[] = [
  {
    op: OP.MAP,
    errno: [ENOMEM],
    effects: [EFFECT.none, EFFECT.hole],
    why: 'mmap_region: refused by may_expand_vm() before, or by the commit limit after the old range was unmapped',
  },
  {
    op: OP.PROTECT,
    single: true,
    effects: [EFFECT.none],
    why: 'do_mprotect_pkey: the failing VMA is not changed',
  },
  {
    op: OP.PROTECT,
    effects: [EFFECT.none, EFFECT.protectIfMapped],
    why: 'do_mprotect_pkey: everything before the failing VMA stays changed',
  },
  {
    op: OP.ZAP,
    errno: [ENOMEM],
    single: true,
    effects: [EFFECT.mustBeHole],
    why: 'do_madvise: unmapped_error, the only page has no VMA',
  },
  {
    op: OP.ZAP,
    errno: [ENOMEM],
    effects: [EFFECT.zapIfMapped],
    why: 'do_madvise: holes are skipped and reported after the rest was done',
  },
  {
    op: OP.ZAP,
    single: true,
    effects: [EFFECT.none],
    why: 'madvise_dontneed_free refuses the VMA as a whole',
  },
  { op: OP.ZAP, effects: [EFFECT.none, EFFECT.zapIfMapped], why: 'do_madvise: earlier VMAs are done' },
  {
    op: OP.FREE,
    errno: [ENOMEM],
    single: true,
    effects: [EFFECT.mustBeHole],
    why: 'do_madvise: unmapped_error, the only page has no VMA',
  },
  {
    op: OP.FREE,
    errno: [ENOMEM],
    effects: [EFFECT.freeIfMapped],
    why: 'do_madvise: holes are skipped and reported after the rest was done',
  },
  {
    op: OP.FREE,
    single: true,
    effects: [EFFECT.none],
    why: 'madvise_dontneed_free refuses the VMA as a whole',
  },
  { op: OP.FREE, effects: [EFFECT.none, EFFECT.freeIfMapped], why: 'do_madvise: earlier VMAs are done' },
  {
    op: OP.MOVE,
    errno: [ENOMEM, EFAULT, EAGAIN],
    effects: [EFFECT.none, EFFECT.hole],
    why: 'mremap_to unmaps the destination before vma_to_resize() looks at the source (later kernels look first)',
  },
];

const NONE: readonly Effect[] = [EFFECT.none];
const NOTHING: readonly Effect[] = [];

const SUCCESS: Readonly<Partial<Record<Op, readonly Effect[]>>> = {
  [OP.MAP]: [EFFECT.fresh],
  [OP.MAP_HINT]: [EFFECT.freshInHole],
  [OP.UNMAP]: [EFFECT.unmap],
  [OP.PROTECT]: [EFFECT.protect],
  [OP.ZAP]: [EFFECT.zap],
  [OP.FREE]: [EFFECT.free],
  [OP.MOVE]: [EFFECT.move],
  [OP.FORK]: [EFFECT.barrier],
  [OP.CHILD_READ]: [EFFECT.snapshot],
};

/** The outcome never came: the call may also fail later in each way that has an effect, or have done nothing yet. */
const UNKNOWN: Readonly<Partial<Record<Op, readonly Effect[]>>> = {
  [OP.MAP]: [EFFECT.fresh, EFFECT.hole],
  [OP.MAP_HINT]: [EFFECT.freshInHole],
  [OP.UNMAP]: [EFFECT.unmap],
  [OP.PROTECT]: [EFFECT.protectIfMapped],
  [OP.ZAP]: [EFFECT.zapIfMapped],
  [OP.FREE]: [EFFECT.freeIfMapped],
  [OP.MOVE]: [EFFECT.move, EFFECT.hole],
};

/** What decides: a record, or a cursor on one. */
interface Call {
  readonly op: number;
  readonly outcome: number;
  readonly code: number;
  readonly pages: number;
}

/**
 * The effects that a call can have had on a page; empty when it can have had none and bears no witness either.
 * `hole` of a failed mremap is about the destination.
 */
export function effectsOf(record: Call): readonly Effect[] {
  if (record.outcome === OUTCOME.pending) return UNKNOWN[record.op as Op] ?? NOTHING;
  if (record.outcome === OUTCOME.ok || record.op === OP.CHILD_READ)
    return SUCCESS[record.op as Op] ?? NOTHING;
  const row = FAILURES.find(
    ({ op, errno, single }) =>
      op === record.op &&
      (errno === undefined || errno.includes(record.code)) &&
      (single !== true || record.pages === 1),
  );
  const effects = row?.effects ?? NONE;
  return effects.length === 1 && effects[0] === EFFECT.none ? NOTHING : effects;
}

/** Calls that let threads flip one by one; the others take effect at an instant. */
export const flips = (effect: Effect): boolean =>
  effect === EFFECT.unmap || effect === EFFECT.zap || effect === EFFECT.zapIfMapped;

/** Effect lists by number, for the columns. 0 is the empty one. */
const NUMBERED: (readonly Effect[])[] = [NOTHING];

/** Effects number of an exchange of which only the written value is known. */
export const WILD = -1;

export function effectsNumber(effects: readonly Effect[]): number {
  // The lists are the tables' own, so they are found by identity.
  const known = NUMBERED.indexOf(effects);
  return known >= 0 ? known : NUMBERED.push(effects) - 1;
}

export const effectsNumbered = (number: number): readonly Effect[] => NUMBERED[number] ?? [];
