import { signalFits } from './accesses.ts';
import type { Active } from './calls.ts';
import { Configuration } from './configuration.ts';
import { EFFECT, type Effect } from './effects.ts';
import { PageState, UNMAPPED, readable, writable } from './state.ts';
import { OP } from './types.ts';

/**
 * The one configuration of one page on which no flip is open, as numbers. What `steps` and `explore` do with objects is
 * done here in place; where it would fork into several configurations, or open a view, this says that it cannot, and
 * nothing has changed.
 */
export class Flat {
  private mask = 0;
  private mapped = false;
  private prot = 0;
  private value = 0;

  /** @returns false when the configuration is more than numbers can say. */
  take({ mask, pages }: Configuration): boolean {
    const state = pages[0]!;
    if (state.older !== null || state.alias >= 0 || state.lazy) return false;
    this.mask = mask;
    this.mapped = state.mapped;
    this.prot = state.prot;
    this.value = state.value;
    return true;
  }

  /** Number of the value that the page holds. */
  get held(): number {
    return this.value;
  }

  configuration(): Configuration {
    const state = this.mapped ? new PageState(true, this.prot, this.value) : UNMAPPED;
    return new Configuration(this.mask, [state]);
  }

  /** `op` returns. @returns false, and changes nothing, when it is for the search to say what then is possible. */
  end(op: Active, active: readonly Active[]): boolean {
    if ((this.mask & op.bit) !== 0) {
      this.mask &= ~op.bit;
      return true;
    }
    if (active.length === 1) return op.plain && this.alone(op);
    return this.among(op, active);
  }

  /** Nothing else is under way. */
  private alone(op: Active): boolean {
    if (op.op === OP.READ || op.op === OP.XCHG) return this.looks(op) || this.exchanges(op);
    const effect = op.effects[0]!;
    return op.effects.length === 1 ? this.affect(effect, op) : false;
  }

  /**
   * Accesses only: a value is found by one exchange, so what can happen is a chain. Loads and faults are taken as soon
   * as they fit (rule E); then at most one exchange does (rule X), and it goes on, until `op` has had its turn.
   */
  private among(op: Active, active: readonly Active[]): boolean {
    for (const other of active) if (!other.plain || other.calls) return false;
    const before = this.mask;
    const value = this.value;
    for (;;) {
      this.takeLooks(active);
      const { mask } = this;
      if ((mask & op.bit) !== 0) break;
      let next: Active | null = null;
      for (const other of active) {
        if ((mask & other.bit) !== 0 || (other.after & ~mask) !== 0 || !this.finds(other)) continue;
        if (next !== null) return this.undo(before, value);
        next = other;
      }
      if (next === null) return this.undo(before, value);
      this.value = next.written;
      this.mask |= next.bit;
      if (next === op) {
        this.takeLooks(active);
        break;
      }
    }
    this.mask &= ~op.bit;
    return true;
  }

  private takeLooks(active: readonly Active[]): void {
    for (let again = true; again;) {
      again = false;
      for (const other of active) {
        if ((this.mask & other.bit) !== 0 || (other.after & ~this.mask) !== 0 || !this.looks(other)) continue;
        this.mask |= other.bit;
        again = true;
      }
    }
  }

  private undo(mask: number, value: number): boolean {
    this.mask = mask;
    this.value = value;
    return false;
  }

  /** Does a load, or a signal, fit what the page is? */
  private looks(op: Active): boolean {
    if (op.signal !== null) return signalFits(this.mapped, this.prot, op.op === OP.XCHG, op.signal);
    return op.op === OP.READ && this.mapped && readable(this.prot) && this.value === op.seen;
  }

  private finds(op: Active): boolean {
    return (
      op.op === OP.XCHG && op.signal === null && this.mapped && writable(this.prot) && this.value === op.seen
    );
  }

  private exchanges(op: Active): boolean {
    if (!this.finds(op)) return false;
    this.value = op.written;
    return true;
  }

  /** A call begins and ends with nobody near: every thread has flipped when it is over. */
  private affect(effect: Effect, op: Active): boolean {
    switch (effect) {
      case EFFECT.none:
      case EFFECT.barrier:
        return true;
      case EFFECT.fresh:
        return this.become(true, op.written, 0);
      case EFFECT.freshInHole:
        return !this.mapped && this.become(true, op.written, 0);
      case EFFECT.unmap:
      case EFFECT.hole:
        return this.become(false, 0, 0);
      case EFFECT.protect:
        return this.mapped && this.become(true, op.written, this.value);
      case EFFECT.protectIfMapped:
        return !this.mapped || this.become(true, op.written, this.value);
      case EFFECT.zap:
        return this.mapped && this.become(true, this.prot, 0);
      case EFFECT.zapIfMapped:
        return !this.mapped || this.become(true, this.prot, 0);
      case EFFECT.free:
        return this.mapped && this.value === 0;
      case EFFECT.freeIfMapped:
        return !this.mapped || this.value === 0;
      case EFFECT.mustBeHole:
        return !this.mapped;
      case EFFECT.snapshot:
        if (op.signal !== null) return signalFits(this.mapped, this.prot, false, op.signal);
        return this.mapped && readable(this.prot) && this.value === op.seen;
      case EFFECT.move:
        return false;
    }
  }

  private become(mapped: boolean, prot: number, value: number): boolean {
    this.mapped = mapped;
    this.prot = prot;
    this.value = value;
    return true;
  }
}
