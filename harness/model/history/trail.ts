import type { Active } from './calls.ts';
import type { Configuration } from './configuration.ts';
import { Group } from './group.ts';

/** A group as it was at some moment. */
interface Moment {
  readonly pages: readonly number[];
  readonly configurations: readonly Configuration[];
  readonly active: readonly Active[];
}

/** What happened to a group lately: enough to go through it again when no order is left. */
export interface Lately {
  readonly from: Moment;
  /** Pairs of event and page, in time order. */
  readonly log: readonly number[];
}

const momentOf = (group: Group): Moment => ({
  pages: group.pages,
  configurations: group.configurations,
  active: group.active.map((op) => op.copy()),
});

export function groupAt(moment: Moment, optional: ReadonlySet<number>): Group {
  const group = new Group([...moment.pages], moment.configurations);
  group.adopt(
    moment.active.map((op) => Object.assign(op.copy(), { optional: op.optional || optional.has(op.row) })),
  );
  return group;
}

/** Numbers (two an event) after which the older half is let go. */
const HALF = 256;

/** Remembers between 128 and 256 events of a group, and the group as it was before them. */
export class Trail {
  private from: Moment | null = null;
  private middle: { readonly moment: Moment; readonly at: number } | null = null;
  private log: number[] = [];

  /** To be called before the event is applied. */
  note(group: Group, event: number, page: number): void {
    this.from ??= momentOf(group);
    if (this.log.length === HALF) this.middle ??= { moment: momentOf(group), at: this.log.length };
    if (this.log.length >= 2 * HALF && this.middle !== null) {
      this.log = this.log.slice(this.middle.at);
      this.from = this.middle.moment;
      this.middle = { moment: momentOf(group), at: this.log.length };
    }
    this.log.push(event, page);
  }

  lately(group: Group): Lately {
    return { from: this.from ?? momentOf(group), log: this.log };
  }
}
