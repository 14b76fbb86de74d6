import { childSees } from './accesses.ts';
import { withPage, withPages, type Configuration } from './configuration.ts';
import { EFFECT, type Effect } from './effects.ts';
import { PageState, UNMAPPED, View, closed, settled } from './state.ts';
import { OP } from './types.ts';

const NO_CALLS: readonly Active[] = [];

/** One operation under way on a page (mremap: on a pair of pages) of a group. Reused when it is over. */
export class Active {
  /** Names the operation; of two of one thread the earlier one has the lower number. */
  row = 0;
  op = 0;
  /** Index in the group's pages; `partner` is mremap's destination, -1 else. */
  at = 0;
  partner = -1;
  bit = 0;
  /** Bits of the same thread's earlier operations that are still under way: skew makes them overlap. */
  after = 0;
  /** Those of them whose flips must be over before this one takes effect: a thread waits for its own call. */
  waits: readonly Active[] = NO_CALLS;
  thread = 0;
  threadBit = 0;
  signal: number | null = null;
  seen = 0;
  written = 0;
  effects: readonly Effect[] = [];
  /** May have taken effect or not. */
  optional = false;
  /** An exchange of which only the written value is known: the guest died with its record. */
  wild = false;

  /** The arena's page, where the sweep follows a stream. */
  page = 0;
  /** When it returns, widened; Infinity where that is not known. */
  end = Infinity;
  /** The same operation on another page. */
  sibling: Active | null = null;
  /** The thread's next operation under way. */
  next: Active | null = null;

  /** A call, that is neither a load nor an exchange. */
  get calls(): boolean {
    return this.op !== OP.READ && this.op !== OP.XCHG;
  }
  /** What it did, and that it did it, is known. */
  get plain(): boolean {
    return !this.optional && !this.wild;
  }

  copy(): Active {
    return Object.assign(new Active(), this);
  }
}

/** Between the two instants of an mremap the write lock is held: no other call touches either page. */
function locked(from: Configuration, at: number): boolean {
  if (from.pages.length === 1) return false;
  if (from.pages[at]!.alias >= 0) return true;
  for (const page of from.pages) if (page.alias >= 0 && page.value === at) return true;
  return false;
}

/** The page whose state an access to page `at` meets: mremap's source while it is between its two instants. */
export function home(from: Configuration, at: number): number {
  const state = from.pages[at]!;
  return state.alias >= 0 ? state.value : at;
}

/** mremap has made its destination usable and not yet ended: it cannot have failed any more. */
export function halfDone(from: Configuration, op: Active): boolean {
  return op.partner >= 0 && from.pages[op.partner]!.alias === op.row;
}

function move(from: Configuration, op: Active, found: (next: Configuration) => void): void {
  if (halfDone(from, op)) {
    const pages = from.pages.slice();
    pages[op.partner] = pages[op.at]!;
    pages[op.at] = UNMAPPED;
    found(withPages(from, pages, op.bit));
    return;
  }
  const source = from.pages[op.at]!;
  if (!source.mapped || locked(from, op.at) || locked(from, op.partner)) return;
  const pages = from.pages.slice();
  pages[op.at] = settled(source);
  pages[op.partner] = new PageState(true, 0, op.at, null, op.row);
  found(withPages(from, pages, 0));
}

const withRights = (state: PageState, prot: number): PageState =>
  new PageState(true, prot, state.value, null, -1, state.lazy);

/** The page under one effect; null when the page's state rules it out. */
function effectOn(state: PageState, effect: Exclude<Effect, 10>, op: Active): PageState | null {
  switch (effect) {
    case EFFECT.none:
      return state;
    case EFFECT.fresh:
      return new PageState(true, op.written, 0);
    case EFFECT.freshInHole:
      return state.mapped ? null : new PageState(true, op.written, 0);
    case EFFECT.unmap:
      return state.mapped
        ? new PageState(false, state.prot, 0, new View(state.value, 0, op.row, null))
        : settled(state);
    case EFFECT.hole:
      return UNMAPPED;
    case EFFECT.protect:
      return state.mapped ? withRights(state, op.written) : null;
    case EFFECT.protectIfMapped:
      return state.mapped ? withRights(state, op.written) : settled(state);
    case EFFECT.zap:
    case EFFECT.zapIfMapped:
      // Under the read lock: other zaps, and the rest of a munmap, may be under way.
      if (!state.mapped) return effect === EFFECT.zap ? null : state;
      return new PageState(true, state.prot, 0, new View(state.value, 0, op.row, state.older));
    case EFFECT.free:
    case EFFECT.freeIfMapped:
      // Under the read lock too. Stores through entries that are still dirty count as before it.
      if (!state.mapped) return effect === EFFECT.free ? null : state;
      if (state.value === 0 || state.lazy) return state;
      return new PageState(true, state.prot, state.value, state.older, -1, true);
    case EFFECT.mustBeHole:
      return state.mapped ? null : state;
    case EFFECT.snapshot: {
      const taken = settled(state);
      return childSees(taken, op.signal, op.seen) ? taken : null;
    }
    case EFFECT.barrier:
      return settled(state);
  }
}

/** Everything a call can do next in a configuration. */
export function callSteps(from: Configuration, op: Active, found: (next: Configuration) => void): void {
  for (const effect of op.effects) {
    if (effect === EFFECT.move) {
      move(from, op, found);
      continue;
    }
    const at = effect === EFFECT.hole && op.partner >= 0 ? op.partner : op.at;
    if (effect !== EFFECT.none && locked(from, at)) continue;
    const next = effectOn(from.pages[at]!, effect, op);
    if (next !== null) found(withPage(from, at, next, op.bit));
  }
}

/** A call that only looks, at a page where nothing is open: taking it now excludes nothing (model rule E). */
export function looksOnly(from: Configuration, op: Active): boolean {
  if (op.effects.length !== 1) return false;
  const effect = op.effects[0]!;
  if (effect !== EFFECT.snapshot && effect !== EFFECT.barrier && effect !== EFFECT.mustBeHole) return false;
  const state = from.pages[op.at]!;
  return state.older === null && !locked(from, op.at) && effectOn(state, effect, op) === state;
}

/** The call has returned: nobody can use what it replaced. */
export function endFlips(from: Configuration, op: Active): Configuration {
  const state = from.pages[op.at]!;
  const next = closed(state, op.row);
  return next === state ? from : withPage(from, op.at, next, 0);
}
