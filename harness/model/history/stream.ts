import { ThreadBits } from './active.ts';
import { Active } from './calls.ts';
import { ANY_CODE } from './columns.ts';
import { Configuration } from './configuration.ts';
import type { Cursor } from './cursor.ts';
import { effectsOf, flips, type Effect } from './effects.ts';
import { Group } from './group.ts';
import { LiveValues } from './live-values.ts';
import { Looks } from './looks.ts';
import { oddCode } from './odd.ts';
import { parted } from './part.ts';
import { PageState, UNMAPPED } from './state.ts';
import { isAddress } from './survey.ts';
import { Tournament } from './tournament.ts';
import { OP, OUTCOME } from './types.ts';

/** What a sweep along a stream is to know of the whole history beforehand. */
export interface StreamFacts {
  /** Of the cursors, those that stand for lost exchanges included. */
  readonly threads: number;
  readonly skew: number;
  readonly initiallyMapped: boolean;
  /** In widened time: what ended before is required (cut.ts). Infinity for a whole history. */
  readonly until: number;
  /** Number of each page's component; -1 for a page that is not judged here. */
  readonly component: Int32Array;
  /** For what calls return and signals report. */
  readonly arenaBase: bigint;
  readonly pageSize: number;
  /** False to let every SIGSEGV have any si_code. */
  readonly codes: boolean;
}

export interface StreamLimits {
  /** Configurations that may be looked at for one return. */
  readonly configurations: number;
}

/** What came of it, by component. */
export interface Streamed {
  /** Components with an operation that no order explains, or that is odd by itself. */
  readonly broken: readonly number[];
  readonly undecided: ReadonlyMap<number, string>;
  readonly overlaps: number;
  readonly maxConfigurations: number;
}

const NONE: readonly Effect[] = [];
const isStructural = (op: number): boolean => op >= OP.MAP && op <= OP.MOVE;
const isAccess = (op: number): boolean => op === OP.READ || op === OP.XCHG;

/**
 * The sweep of sweep.ts along all pages at once, reading each thread's records as they are needed: memory is bounded by what
 * is under way and by what the pages can be, not by the length of the history. It says which components have no
 * explanation; why is asked of those alone, afterwards.
 */
export class Stream {
  private readonly cursors: readonly Cursor[];
  private readonly facts: StreamFacts;
  private readonly bound: number;
  private readonly groups: (Group | undefined)[];
  private readonly dead: Uint8Array;
  private readonly broken = new Set<number>();
  private readonly undecided = new Map<number, string>();
  private readonly values: LiveValues;
  private readonly looks: Looks;
  /** Next starts of the cursors, then next returns of their threads. */
  private readonly times: Tournament;
  private readonly first: (Active | null)[];
  private readonly last: (Active | null)[];
  private readonly startFloor: Float64Array;
  private readonly endFloor: Float64Array;
  private readonly pool: Active[] = [];
  private current: Active | null = null;
  /** Calls under way that let threads flip; a fork finds them over. */
  private readonly opened = new Set<Active>();
  private readonly bits: ThreadBits[] | null;
  private readonly initial: PageState;
  private readonly baseHigh: number;
  private readonly baseLow: number;
  /** Number of the operation that begins, the same on each of its pages. */
  private row = 0;
  private overlaps = 0;
  private maxConfigurations = 1;

  constructor(cursors: readonly Cursor[], facts: StreamFacts, limits: StreamLimits) {
    this.cursors = cursors;
    this.facts = facts;
    this.bound = limits.configurations;
    this.groups = Array.from({ length: facts.component.length }, () => undefined);
    this.dead = new Uint8Array(facts.component.length);
    this.values = new LiveValues((live) => this.markLive(live));
    this.looks = new Looks();
    this.times = new Tournament(2 * cursors.length);
    this.first = cursors.map(() => null);
    this.last = cursors.map(() => null);
    this.startFloor = new Float64Array(cursors.length).fill(-Infinity);
    this.endFloor = new Float64Array(cursors.length).fill(-Infinity);
    this.bits = facts.threads <= 31 ? null : [];
    this.baseHigh = Number(facts.arenaBase >> 32n);
    this.baseLow = Number(facts.arenaBase & 0xffffffffn);
    this.initial = facts.initiallyMapped ? new PageState(true, 3, 0) : UNMAPPED;
  }

  run(): Streamed {
    const { cursors, times } = this;
    const count = cursors.length;
    for (let at = 0; at < count; at++) this.step(at);
    for (;;) {
      const least = times.least;
      if (times.key(least) === Infinity) break;
      if (least < count) {
        this.begin(least);
        this.step(least);
      } else this.end(least - count);
    }
    const { broken, undecided, overlaps, maxConfigurations } = this;
    return { broken: [...broken], undecided, overlaps, maxConfigurations };
  }

  /** Reads on in one thread. Where a CPU's clock went back by the skew, program order still holds. */
  private step(at: number): void {
    const cursor = this.cursors[at]!;
    if (!cursor.advance()) {
      this.times.set(at, Infinity);
      return;
    }
    const start = cursor.start - this.facts.skew;
    const floor = this.startFloor[at]!;
    const time = start < floor ? floor : start;
    this.startFloor[at] = time;
    this.times.set(at, time);
  }

  private begin(at: number): void {
    const cursor = this.cursors[at]!;
    const { op, outcome } = cursor;
    const { skew, until } = this.facts;
    const start = this.startFloor[at]!;
    this.row++;
    let end = Infinity;
    let optional = outcome === OUTCOME.pending;
    if (!optional) {
      end = (cursor.end > cursor.start ? cursor.end : cursor.start) + skew;
      const floor = this.endFloor[at]!;
      if (end < floor) end = floor;
      else this.endFloor[at] = end;
      optional = end >= until && until !== Infinity;
    }
    const access = isAccess(op);
    const effects = access ? NONE : effectsOf(cursor);
    if (optional) {
      if (start >= until || !bears(op, outcome, effects)) return;
      end = Infinity;
    }
    if (op === OP.FORK) {
      this.looks.forget(cursor.thread);
      if (effects.length > 0) this.beginFork(at, cursor, effects, end);
      return;
    }
    if (!access && effects.length === 0) return;
    if (op === OP.CHILD_READ && !this.firstLook(cursor)) return;
    if (!optional && this.odd(cursor)) {
      const component = this.facts.component[cursor.page]!;
      if (component >= 0) this.broken.add(component);
      if (access || op === OP.CHILD_READ) return;
      optional = true;
      end = Infinity;
    }
    if (access || op === OP.CHILD_READ) {
      if (this.facts.component[cursor.page]! < 0) return;
      const active = this.activate(cursor, cursor.page, effects, optional, end);
      this.beginOn(active, start);
      this.queue(at, active);
      return;
    }
    this.beginCall(at, cursor, effects, optional, start, end);
  }

  private beginCall(
    at: number,
    cursor: Cursor,
    effects: readonly Effect[],
    optional: boolean,
    start: number,
    end: number,
  ): void {
    const { component } = this.facts;
    const failedMove = cursor.op === OP.MOVE && cursor.outcome === OUTCOME.error;
    const from = failedMove ? cursor.target : cursor.page;
    const shift = cursor.op === OP.MOVE && !failedMove ? cursor.target - cursor.page : 0;
    let head: Active | null = null;
    let tail: Active | null = null;
    for (let page = from; page < from + cursor.pages; page++) {
      if (component[page]! < 0) continue;
      const active = this.activate(cursor, page, effects, optional, end);
      this.beginOn(active, start, shift === 0 ? -1 : page + shift);
      if (tail === null) head = active;
      else tail.sibling = active;
      tail = active;
    }
    if (head === null) return;
    if (effects.some(flips)) this.opened.add(head);
    this.queue(at, head);
  }

  /** See spread.ts: only where a call is under way that lets threads flip. */
  private beginFork(at: number, cursor: Cursor, effects: readonly Effect[], end: number): void {
    const pages = new Set<number>();
    for (const call of this.opened)
      for (let one: Active | null = call; one !== null; one = one.sibling) pages.add(one.page);
    let head: Active | null = null;
    for (const page of pages) {
      const active = this.activate(cursor, page, effects, false, end);
      this.beginOn(active, 0);
      active.sibling = head;
      head = active;
    }
    if (head !== null) this.queue(at, head);
  }

  private activate(
    cursor: Cursor,
    page: number,
    effects: readonly Effect[],
    optional: boolean,
    end: number,
  ): Active {
    const active = this.pool.pop() ?? new Active();
    const { op, outcome } = cursor;
    this.current = active;
    active.row = this.row;
    active.op = op;
    active.page = page;
    active.partner = -1;
    active.after = 0;
    active.thread = cursor.thread;
    active.signal = outcome === OUTCOME.signal ? (this.facts.codes ? cursor.code : ANY_CODE) : null;
    active.seen = 0;
    active.written = 0;
    if (op === OP.XCHG) active.written = this.values.number(cursor.valueLow, cursor.valueHigh);
    else if (op === OP.MAP || op === OP.PROTECT || op === OP.MAP_HINT) active.written = cursor.valueLow & 7;
    if (outcome === OUTCOME.ok && (op <= OP.XCHG || op === OP.CHILD_READ))
      active.seen = this.values.number(cursor.resultLow, cursor.resultHigh);
    active.effects = effects;
    active.optional = optional;
    active.wild = op === OP.XCHG && outcome === OUTCOME.pending;
    active.end = end;
    active.sibling = null;
    active.next = null;
    active.threadBit = this.bits === null ? 1 << cursor.thread : this.bitOf(page, cursor.thread);
    return active;
  }

  private bitOf(page: number, thread: number): number {
    const component = this.facts.component[page]!;
    return (this.bits![component] ??= new ThreadBits()).bitOf(thread);
  }

  private beginOn(active: Active, start: number, partner = -1): void {
    const { page } = active;
    const component = this.facts.component[page]!;
    if (this.dead[component] === 1) return;
    let group = this.groupOf(page);
    if (partner >= 0) {
      const other = this.groupOf(partner);
      if (other !== group) {
        if (!group.join(other)) return this.giveUp(component, 'more than 31 operations under way at once');
        for (const joined of group.pages) this.groups[joined] = group;
        if (group.count > this.bound)
          return this.giveUp(component, 'the pages that mremap ties together can be in too many ways');
      }
      active.partner = group.pages.indexOf(partner);
    }
    group = this.groups[page]!;
    active.at = group.pages.length === 1 ? 0 : group.pages.indexOf(page);
    if (group.active.length > 0) this.countRacing(active, group, start);
    if (!group.begin(active)) this.giveUp(component, 'more than 31 operations under way at once');
  }

  /** Operations under way that race this one: an access and a structural call, by the clock's own stamps. */
  private countRacing(active: Active, group: Group, start: number): void {
    const other = isAccess(active.op) ? isStructural : isStructural(active.op) ? isAccess : null;
    if (other === null) return;
    const { skew } = this.facts;
    for (const one of group.active) if (other(one.op) && one.end - start >= 2 * skew) this.overlaps++;
  }

  /** A cursor's operations return in the order in which they began. */
  private queue(at: number, active: Active): void {
    if (active.end === Infinity) return;
    const tail = this.last[at]!;
    this.last[at] = active;
    if (tail !== null && this.first[at] !== null) {
      tail.next = active;
      return;
    }
    this.first[at] = active;
    this.times.set(this.cursors.length + at, active.end);
  }

  private end(at: number): void {
    const head = this.first[at]!;
    const { next } = head;
    this.first[at] = next;
    if (next === null) this.last[at] = null;
    this.times.set(this.cursors.length + at, next === null ? Infinity : next.end);
    if (this.opened.size > 0) this.opened.delete(head);
    for (let active: Active | null = head; active !== null;) {
      const { sibling }: Active = active;
      this.endOn(active);
      active = sibling;
    }
  }

  private endOn(active: Active): void {
    const { page } = active;
    const component = this.facts.component[page]!;
    if (this.dead[component] === 1) return;
    const group = this.groups[page]!;
    const outcome = group.end(active, this.bound);
    if (outcome !== 'ok') {
      if (outcome === 'large')
        return this.giveUp(component, `more than ${this.bound} ways to order what happened at once`);
      this.broken.add(component);
      // A wrong signal changed nothing; behind a wrong value nothing is known any more.
      if (active.signal === null) return this.bury(component);
      group.abandon(active);
    }
    if (group.count > this.maxConfigurations) this.maxConfigurations = group.count;
    if (group.pages.length > 1) this.part(group);
    else this.pool.push(active);
  }

  private part(group: Group): void {
    const parts = parted(group);
    if (parts.length === 1) return;
    for (const one of parts) for (const page of one.pages) this.groups[page] = one;
  }

  private groupOf(page: number): Group {
    return (this.groups[page] ??= new Group([page], [new Configuration(0, [this.initial])]));
  }

  private giveUp(component: number, reason: string): void {
    if (!this.undecided.has(component)) this.undecided.set(component, reason);
    this.bury(component);
  }

  /** Nothing more is asked of the component; what is under way there ends without anybody looking. */
  private bury(component: number): void {
    this.dead[component] = 1;
    for (let page = 0; page < this.groups.length; page++)
      if (this.facts.component[page] === component) this.groups[page] = undefined;
  }

  private firstLook(cursor: Cursor): boolean {
    const component = this.facts.component[cursor.page]!;
    if (component < 0) return false;
    const same = this.looks.look(cursor);
    if (same === null) return true;
    if (!same) this.broken.add(component);
    return false;
  }

  /** Is the operation wrong by itself? screen.ts says how. */
  private odd(cursor: Cursor): boolean {
    const { op, outcome } = cursor;
    if (outcome === OUTCOME.signal) return oddCode(cursor.code) || !this.addresses(cursor, cursor.page);
    if (outcome !== OUTCOME.ok || (op !== OP.MAP && op !== OP.MAP_HINT && op !== OP.MOVE)) return false;
    return !this.addresses(cursor, op === OP.MOVE ? cursor.target : cursor.page);
  }

  private addresses(cursor: Cursor, page: number): boolean {
    return isAddress(cursor, page, this.baseHigh, this.baseLow, this.facts.pageSize);
  }

  private markLive(live: Uint8Array): void {
    for (const group of this.groups) group?.mark(live);
    const { current } = this;
    if (current === null) return;
    live[current.seen] = 1;
    if (current.op === OP.XCHG) live[current.written] = 1;
  }
}

/** Of an operation whose end is not known: can it have changed anything? */
export function bears(op: number, outcome: number, effects: readonly Effect[]): boolean {
  if (op === OP.XCHG) return outcome === OUTCOME.ok || outcome === OUTCOME.pending;
  if (op === OP.READ || op === OP.CHILD_READ || op === OP.FORK) return false;
  return effects.length > 0;
}
