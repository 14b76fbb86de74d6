/** A record's fields as the sweep needs them: numbers only. */
export interface RecordFields {
  readonly thread: number;
  /** Ticks since some instant that all cursors of a history share; not widened. */
  readonly start: number;
  readonly end: number;
  readonly op: number;
  readonly outcome: number;
  readonly code: number;
  readonly page: number;
  readonly pages: number;
  readonly target: number;
  /** Halves of `value` and `result`, as signed 32-bit numbers. */
  readonly valueLow: number;
  readonly valueHigh: number;
  readonly resultLow: number;
  readonly resultHigh: number;
}

/**
 * Goes through one thread's records in the thread's order. The fields are those of the record that it stands on; a cursor
 * is read millions of times, so it is one object that changes.
 */
export interface Cursor extends RecordFields {
  /** Steps to the next record. False, and nothing more to read, behind the last. */
  advance(): boolean;
}
