import type { FindingKind } from '../finding.ts';

/** Whose function a report is named after. */
export interface Blame {
  /**
   * `top`: first function that is not a helper. `stall`: the entry of the looping work, because a stall shows a random
   * place of the loop. `hang`: first function that is not the sleeping itself. `none`: the kind has no function.
   */
  readonly pick: 'top' | 'stall' | 'hang' | 'none';
  /** Lines whose `(?<fn>…)` comes before the stack. */
  readonly first?: readonly RegExp[];
  /** Helpers of this kind alone, besides stacks/skip.ts. */
  readonly skip?: RegExp;
  /** Line whose `(?<fn>…)` counts when no stack has a name. */
  readonly last?: RegExp;
  /** Only what stands in the trace below the first such function counts, where there is one. */
  readonly below?: RegExp;
  /** Only the stack that is announced by this line counts. */
  readonly stack?: RegExp;
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
  readonly head: RegExp;
  readonly kind: FindingKind;
  readonly variants: readonly [Variant, ...Variant[]];
  /** Goes on with an open report of these kinds, when there is one (`Oops: …` after `BUG: unable to handle …`). */
  readonly goesOn?: 'any' | readonly FindingKind[];
  /** Nothing else belongs to it, and it may stand in the middle of another report. */
  readonly oneLine?: true;
}

export const top = (...first: RegExp[]): Blame => ({ pick: 'top', first });
export const nobody: Blame = { pick: 'none' };
