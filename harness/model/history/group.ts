import { endFlips, halfDone, home, type Active } from './calls.ts';
import { type Configuration, ConfigurationSet, withMask, withPages } from './configuration.ts';
import { flips } from './effects.ts';
import { Flat } from './flat.ts';
import { opened, PageState } from './state.ts';
import { fitsUnchanged, steps } from './steps.ts';

/** Slots are bits of a signed 32-bit mask. */
const SLOTS = 31;

const NO_CALLS: readonly Active[] = [];

/** `stuck`: no order is left. `large`: the search went past its bound, nothing is known. */
export type Settled = 'ok' | 'stuck' | 'large';

function shiftAlias(state: PageState, by: number): PageState {
  return state.alias < 0 ? state : new PageState(true, 0, state.value + by, null, state.alias);
}

/**
 * Pages that are judged together at the moment, the operations under way on them, and every configuration that they
 * can be in. Usually one page; an mremap joins the groups of its source and destination, and they part again as soon
 * as nothing ties them.
 */
export class Group {
  pages: number[];
  active: Active[] = [];
  private used = 0;
  /** Null while `flat` says it all. */
  private known: readonly Configuration[] | null;
  private readonly flat = new Flat();

  constructor(pages: number[], configurations: readonly Configuration[]) {
    this.pages = pages;
    this.known = configurations;
    this.flatten();
  }

  get configurations(): readonly Configuration[] {
    return (this.known ??= [this.flat.configuration()]);
  }

  /** Sets live[number] of every value that the pages can hold, or an operation under way finds or leaves. */
  mark(live: Uint8Array): void {
    if (this.known === null) live[this.flat.held] = 1;
    else
      for (const { pages } of this.known)
        for (const state of pages) {
          // Of the destination of an mremap, `value` is no value: then one number too many is kept.
          live[state.value] = 1;
          for (let view = state.older; view !== null; view = view.older) live[view.value] = 1;
        }
    for (const op of this.active) {
      live[op.seen] = 1;
      live[op.written] = 1;
    }
  }

  /** How many ways the pages can be, without making them. */
  get count(): number {
    return this.known === null ? 1 : this.known.length;
  }

  private set configurations(configurations: readonly Configuration[]) {
    this.known = configurations;
  }

  /** One page that can be in one way, as nearly all pages are nearly always, needs no objects. */
  private flatten(): void {
    if (this.known === null || this.known.length !== 1 || this.pages.length !== 1) return;
    if (this.flat.take(this.known[0]!)) this.known = null;
  }

  /** An operation begins. False when too many are under way at once. */
  begin(op: Active): boolean {
    const free = ~this.used & 0x7fffffff;
    if (free === 0 || this.active.length >= SLOTS) return false;
    op.bit = free & -free;
    this.used |= op.bit;
    for (const other of this.active) {
      if (other.thread === op.thread && other.row < op.row) op.after |= other.bit;
    }
    op.waits = this.waitsOf(op);
    this.active.push(op);
    return true;
  }

  underWay(row: number, at: number): Active | undefined {
    for (const op of this.active) if (op.row === row && op.at === at) return op;
    return undefined;
  }

  /** Operations that are under way already, their bits kept: of a group that parted, or of an earlier moment. */
  adopt(active: Active[]): void {
    this.active = active;
    this.used = 0;
    for (const op of active) this.used |= op.bit;
    for (const op of active) op.after &= this.used;
    for (const op of active) op.waits = this.waitsOf(op);
  }

  /**
   * An operation returns: keep the configurations in which it has taken effect, after trying every order of the
   * operations under way that gets it there (Lowe's just-in-time linearization). `bound` is the number of
   * configurations that may be looked at.
   */
  end(op: Active, bound: number): Settled {
    if (this.known === null && this.flat.end(op, this.active)) {
      this.leave(op);
      return 'ok';
    }
    if (this.active.length === 1 && op.partner < 0 && !op.optional) return this.endAlone(op);
    const outcome = this.explore(op, bound);
    if (outcome === 'ok') this.forget(op);
    return outcome;
  }

  /** Go on as if an operation that changes nothing, and that no order explains, had not been there. */
  abandon(op: Active): void {
    this.configurations = this.configurations.filter((from) => (from.mask & op.bit) === 0);
    this.forget(op);
  }

  /** The same where nothing else is under way: no order to choose. Most operations end here. */
  private endAlone(op: Active): Settled {
    const left = new ConfigurationSet();
    const open = op.effects.length > 0 && op.effects.some(flips);
    const reached = (next: Configuration): void => {
      const ended = open ? endFlips(next, op) : next;
      left.add(withMask(ended, 0));
    };
    for (const from of this.configurations) {
      if ((from.mask & op.bit) !== 0 || fitsUnchanged(from, op)) reached(from);
      else steps(from, op, reached);
    }
    if (left.items.length === 0) return 'stuck';
    this.configurations = left.items;
    this.active = [];
    this.used = 0;
    this.flatten();
    return 'ok';
  }

  private explore(op: Active, bound: number): Settled {
    const done = new ConfigurationSet();
    const seen = new ConfigurationSet();
    const work: Configuration[] = [];
    const late: Configuration[] = [];
    const open = op.effects.some(flips);
    const reached = (next: Configuration): void => {
      const eager = this.takeLooks(next);
      if ((eager.mask & op.bit) === 0) {
        if (seen.add(eager)) work.push(eager);
      } else if (done.add(eager) && open && opened(eager.pages[op.at]!, op.row)) late.push(eager);
    };
    for (const configuration of this.configurations) reached(configuration);
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const from = next;
      for (const other of this.active) {
        if ((from.mask & other.bit) !== 0 || (other.after & ~from.mask) !== 0) continue;
        steps(this.waited(from, other), other, reached);
      }
      if (done.items.length + seen.items.length > bound) return 'large';
    }
    this.useBeforeTheyClose(late, reached);
    if (done.items.length > bound) return 'large';
    // What is optional may also have done nothing, but it cannot have stopped halfway.
    if (op.optional)
      for (const from of this.configurations)
        if ((from.mask & op.bit) === 0 && !halfDone(from, op)) done.add(from);
    if (done.items.length === 0) return 'stuck';
    this.configurations = done.items;
    return 'ok';
  }

  /**
   * What a call replaced goes when it returns, so this is the last moment for accesses under way that still used it, even
   * where the call itself has long taken effect. Those that use what is new can wait.
   */
  private useBeforeTheyClose(late: Configuration[], reached: (next: Configuration) => void): void {
    for (let from = late.pop(); from !== undefined; from = late.pop()) {
      for (const other of this.active) {
        if (other.calls || (from.mask & other.bit) !== 0 || (other.after & ~from.mask) !== 0) continue;
        const at = home(from, other.at);
        const before = from.pages[at]!;
        steps(this.waited(from, other), other, (next) => {
          const { value, older } = next.pages[at]!;
          if (value === before.value && older !== before.older) reached(next);
        });
      }
    }
  }

  private waitsOf(op: Active): readonly Active[] {
    if (op.after === 0) return NO_CALLS;
    return this.active.filter((other) => (op.after & other.bit) !== 0 && other.effects.some(flips));
  }

  /** The configuration as the thread finds it: its own earlier calls are over. */
  private waited(from: Configuration, op: Active): Configuration {
    let now = from;
    for (const call of op.waits) now = endFlips(now, call);
    return now;
  }

  private takeLooks(from: Configuration): Configuration {
    let mask = from.mask;
    for (let again = true; again;) {
      again = false;
      for (const op of this.active) {
        if ((mask & op.bit) !== 0 || (op.after & ~mask) !== 0) continue;
        if (this.waited(from, op) !== from || !fitsUnchanged(from, op)) continue;
        mask |= op.bit;
        again = true;
      }
    }
    return withMask(from, mask);
  }

  /** The operation is over and no configuration's mask has its bit. */
  private leave(op: Active): void {
    const { active } = this;
    const last = active.pop()!;
    if (last !== op) active[active.indexOf(op)] = last;
    this.used &= ~op.bit;
    for (const other of active) {
      if ((other.after & op.bit) === 0) continue;
      other.after &= ~op.bit;
      other.waits = this.waitsOf(other);
    }
  }

  private forget(op: Active): void {
    this.leave(op);
    const open = op.effects.some(flips);
    const merged = new ConfigurationSet();
    for (const from of this.configurations) {
      const ended = open ? endFlips(from, op) : from;
      merged.add(withMask(ended, ended.mask & ~op.bit));
    }
    this.configurations = merged.items;
    this.flatten();
  }

  /** Take over another group's pages and operations: every pair of configurations is possible. */
  join(other: Group): boolean {
    const moved = new Map<number, number>();
    const shift = this.pages.length;
    for (const op of other.active) {
      const old = op.bit;
      const free = ~this.used & 0x7fffffff;
      if (free === 0) return false;
      op.bit = free & -free;
      this.used |= op.bit;
      moved.set(old, op.bit);
    }
    const mapped = (mask: number): number => {
      let out = 0;
      for (const [from, to] of moved) if ((mask & from) !== 0) out |= to;
      return out;
    };
    for (const op of other.active) {
      op.after = mapped(op.after);
      op.at += shift;
      if (op.partner >= 0) op.partner += shift;
      this.active.push(op);
    }
    const shifted = other.configurations.map(({ mask, pages }) => ({
      mask: mapped(mask),
      pages: pages.map((page) => shiftAlias(page, shift)),
    }));
    this.configurations = this.configurations.flatMap((mine) =>
      shifted.map(({ mask, pages }) => withPages(mine, [...mine.pages, ...pages], mask)),
    );
    this.pages = [...this.pages, ...other.pages];
    return true;
  }
}
