import type { Reached } from '../outcome.ts';

/** Pairs of places that two actors were at, one after the other. */
export interface PairCoverage {
  readonly pairs: number;
  /** Of them, those that were reached in both orders. */
  readonly bothOrders: number;
}

/** Counts pairs over many performances. */
export class Pairs {
  readonly #orders = new Set<string>();

  add(reached: readonly Reached[]): void {
    reached.forEach((later, at) => {
      for (const earlier of reached.slice(0, at))
        if (earlier.actor !== later.actor && earlier.round === later.round)
          this.#orders.add(JSON.stringify([earlier.point, later.point]));
    });
  }

  coverage(): PairCoverage {
    const pairs = new Set<string>();
    let both = 0;
    for (const order of this.#orders) {
      const [first, second] = JSON.parse(order) as [string, string];
      pairs.add(JSON.stringify([first, second].sort()));
      // Two actors at one place are in both orders at once.
      if (first === second || (first < second && this.#orders.has(JSON.stringify([second, first])))) both++;
    }
    return { pairs: pairs.size, bothOrders: both };
  }
}
