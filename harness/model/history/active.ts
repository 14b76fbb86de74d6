import type { Active } from './calls.ts';
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

const NO_CALLS: readonly Active[] = [];

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
  return {
    row,
    op: hot[lane + LANE.op]!,
    at,
    partner,
    bit: 0,
    after: 0,
    waits: NO_CALLS,
    thread,
    threadBit: bits.bitOf(thread),
    signal: signal === NO_SIGNAL ? null : signal,
    seen: hot[lane + LANE.seen]!,
    written: hot[lane + LANE.written]!,
    effects: effectsNumbered(effects),
    optional: hot[lane + LANE.duty] === DUTY.optional,
    wild: effects === WILD,
  };
}
