import { Active } from './calls.ts';
import { DUTY, LANE, NO_SIGNAL, type Columns } from './columns.ts';
import { WILD, effectsNumbered } from './effects.ts';

/** Threads beyond this many on one component share the bit 0: see accesses.ts. */
const THREADS_TOLD_APART = 31;

/** Gives each thread that appears in a component its bit. */
export class ThreadBits {
  private readonly threads: number[] = [];

  bitOf(thread: number): number {
    const known = this.threads.indexOf(thread);
    if (known >= 0) return 1 << known;
    if (this.threads.length === THREADS_TOLD_APART) return 0;
    return 1 << (this.threads.push(thread) - 1);
  }
}

/** An operation as it goes under way; `at` and `partner` are indices in its group. */
export function activate(
  columns: Columns,
  row: number,
  at: number,
  partner: number,
  bits: ThreadBits,
): Active {
  const { hot } = columns;
  const lane = row * LANE.size;
  const thread = hot[lane + LANE.thread]!;
  const signal = hot[lane + LANE.signal]!;
  const effects = hot[lane + LANE.effects]!;
  const active = new Active();
  active.row = row;
  active.op = hot[lane + LANE.op]!;
  active.at = at;
  active.partner = partner;
  active.thread = thread;
  active.threadBit = bits.bitOf(thread);
  active.signal = signal === NO_SIGNAL ? null : signal;
  active.seen = hot[lane + LANE.seen]!;
  active.written = hot[lane + LANE.written]!;
  active.effects = effectsNumbered(effects);
  active.optional = hot[lane + LANE.duty] === DUTY.optional;
  active.wild = effects === WILD;
  return active;
}
