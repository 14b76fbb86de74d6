import type { Violation } from './types.ts';

/** Violations as they come: the first few of each rule are told in full, the rest are counted. */
export class Ledger {
  private readonly told: Violation[] = [];
  private readonly perRule = new Map<string, number>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** How many are told in full. */
  get count(): number {
    return this.told.length;
  }

  add(rule: string, tell: () => Violation): void {
    const seen = (this.perRule.get(rule) ?? 0) + 1;
    this.perRule.set(rule, seen);
    if (seen <= this.most) this.told.push(tell());
  }

  /** The last one told of a rule says how many more there were. */
  violations(): Violation[] {
    const last = new Map(this.told.map((violation) => [violation.rule, violation]));
    return this.told.map((violation) => {
      const repeated = this.perRule.get(violation.rule)! - this.most;
      return repeated > 0 && last.get(violation.rule) === violation ? { ...violation, repeated } : violation;
    });
  }
}
