import type { FindingKind } from '../finding.ts';

/** Whose function a report is named after. */
export interface Blame {
  /**
   * `top`: first function that is not a helper. `stall`: the entry of the looping work, because a stall shows a random
   * place of the loop. `hang`: first function that is not the sleeping itself. `named`: the one that `first` finds,
   * whatever it is. `none`: the kind has no function.
   */
  readonly pick: 'top' | 'stall' | 'hang' | 'named' | 'none';
  /** Lines whose `(?<fn>…)` come before the stack, in the order of the patterns and of the lines. */
  readonly first?: readonly RegExp[];
  /** Helpers of this kind alone, besides stacks/skip.ts. */
  readonly skip?: RegExp;
  /** Lines whose `(?<fn>…)` counts, helper or not, when no stack has a name. */
  readonly last?: RegExp;
  /** Only what stands in the trace below the first such function counts, where there is one. */
  readonly below?: RegExp;
  /** And where there is none, nothing counts. */
  readonly onlyBelow?: true;
  /** Only the stack that is announced by this line counts. */
  readonly stack?: RegExp;
  /** Stacks of other times (where a lock was taken before) count as well. */
  readonly history?: true;
  /** The kernel always prints a trace with it, though the title names nobody: without one the report is cut. */
  readonly printsTrace?: true;
  /** Titles name a function only when there is a trace; `blamed` has it all the same. */
  readonly traced?: true;
}

/** One reading of a report; the first whose conditions hold is taken. */
export interface Variant {
  /** Each must match one line of the report; named groups fill the title and the finding's fields. */
  readonly near?: readonly RegExp[];
  /** Must match one of the lines shortly before the head. */
  readonly before?: RegExp;
  readonly kind?: FindingKind;
  /** `{name}` stands for a named group, `{frame}` for the blamed function. */
  readonly title: string;
  readonly alt?: readonly string[];
  readonly blame?: Blame;
  /** Why a report that looks like this is not whole. */
  readonly corrupted?: string;
}

/** A kind of complaint: how it begins, and how to read it. */
export interface Row {
  /** Every line that `head` matches has one of these, letter by letter: the others are never looked at. */
  readonly words: readonly [string, ...string[]];
  readonly head: RegExp;
  readonly kind: FindingKind;
  readonly variants: readonly [Variant, ...Variant[]];
  /** Goes on with an open report of these kinds, when there is one (`Oops: …` after `BUG: unable to handle …`). */
  readonly goesOn?: 'any' | readonly FindingKind[];
  /** Programs say such things too: counts only on a line with printk's own prefix. */
  readonly printk?: true;
  /** Nothing else belongs to it, and it may stand in the middle of another report. */
  readonly oneLine?: true;
}

export const top = (...first: RegExp[]): Blame => ({ pick: 'top', first });
export const nobody: Blame = { pick: 'none' };
