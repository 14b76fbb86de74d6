import type { RecordFields } from './cursor.ts';

type Look = Pick<RecordFields, 'outcome' | 'code' | 'resultLow' | 'resultHigh'>;

/** What the child of each thread's last fork saw first, page by page: its memory is its own, so it must go on seeing it. */
export class Looks {
  private readonly seen = new Map<number, Map<number, Look>>();

  /** The thread forks: a new child. */
  forget(thread: number): void {
    this.seen.get(thread)?.clear();
  }

  /** @returns null at the first look at a page, then whether the look saw the same. */
  look({ thread, page, outcome, code, resultLow, resultHigh }: RecordFields): boolean | null {
    let pages = this.seen.get(thread);
    if (pages === undefined) this.seen.set(thread, (pages = new Map<number, Look>()));
    const first = pages.get(page);
    if (first === undefined) {
      pages.set(page, { outcome, code, resultLow, resultHigh });
      return null;
    }
    return (
      first.outcome === outcome &&
      first.code === code &&
      first.resultLow === resultLow &&
      first.resultHigh === resultHigh
    );
  }
}
