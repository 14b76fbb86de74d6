/** One line of a console, with printk's own prefix taken off. */
export interface Line {
  /** Position in the log, zero-based; the two halves of a torn line have numbers of their own. */
  readonly number: number;
  readonly text: string;
  /** Seconds since boot as printed by CONFIG_PRINTK_TIME, null without one. */
  readonly time: number | null;
  /** `T123` (task) or `C1` (CPU) of CONFIG_PRINTK_CALLER, null without one. */
  readonly caller: string | null;
  /** printk's level or time stood before it. */
  readonly printk: boolean;
}
