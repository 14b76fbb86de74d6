/** One line of a console, with printk's own prefix taken off. */
export interface Line {
  /** Line of the log as an editor counts them, zero-based; what a bare CR or a torn line divides has one number. */
  readonly number: number;
  readonly text: string;
  /** Seconds since boot as printed by CONFIG_PRINTK_TIME, null without one. */
  readonly time: number | null;
  /** `T123` (task) or `C1` (CPU) of CONFIG_PRINTK_CALLER, null without one. */
  readonly caller: string | null;
  /** printk's level or time stood before it. */
  readonly printk: boolean;
  /** The words of patterns/vocabulary.ts in it, by index; without one it begins and ends no report. */
  readonly words: readonly number[];
}
