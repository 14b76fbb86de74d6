/** How a schedule went. What came of it, findings and results, is another question. */
export type Outcome =
  /** Every step was taken in its order. */
  | { readonly kind: 'played' }
  /** The kernel went another way than the schedule wants. */
  | { readonly kind: 'left'; readonly step: number; readonly text: string }
  /** The order cannot happen: somebody waits for somebody who is kept. */
  | { readonly kind: 'infeasible'; readonly step: number; readonly text: string };

/** What was seen, for the record. Seconds since the schedule began. */
export interface Event {
  readonly seconds: number;
  readonly text: string;
}

/** Where an actor was kept, and in which of its operations, from 0. */
export interface Reached {
  readonly actor: string;
  readonly operation: number;
  readonly point: string;
  /** Of a schedule that has rounds: what is reached in two of them does not race. */
  readonly round?: number | undefined;
}

/** Functions in which a CPU waits for another, and for what. */
const WAITING: readonly (readonly [RegExp, string])[] = [
  [/^(smp_call_function_(many|single)|csd_lock|on_each_cpu)/, 'for another CPU to answer its interrupt'],
  [/spin_(lock|yield)|queued_spin|queued_(read|write)_lock/, 'for a spinlock'],
  [/^(rwsem_|down_(read|write)|__down)/, 'for a semaphore'],
  [/^(mutex_|__mutex_lock)/, 'for a mutex'],
  [/^(synchronize_(s?rcu|rcu_expedited)|wait_rcu_gp|__wait_rcu_gp|rcu_barrier)/, 'for a grace period'],
  [/^(wait_for_completion|__wait_for_common)/, 'for a completion'],
];

/** What somebody waits for who is in this function, or undefined. */
export const waitsFor = (name: string): string | undefined =>
  WAITING.find(([pattern]) => pattern.test(name))?.[1];
