import { OP, OUTCOME, type History, type HistoryRecord } from '../../../harness/model/history/types.ts';

/**
 * Second opinion for small histories, written from the description of the calls alone and sharing no code with the checker: tries
 * everything. Every flip of every thread and the end of every call is a move of its own; nothing is taken eagerly,
 * nothing lazily; moves are legal by comparing intervals pairwise. Strings, recursion, no rule E, X or F.
 */

interface View {
  readonly mapped: boolean;
  readonly prot: number;
  readonly value: string;
  /** After MADV_FREE: may become zero at any time until it is written. */
  readonly lazy?: boolean;
}
interface Page {
  /** Oldest first; the last is what the VMA says. */
  readonly views: readonly View[];
  /** Per thread, the views that its loads and its stores are at. */
  readonly loads: readonly number[];
  readonly stores: readonly number[];
  /** Calls whose flips are not over, with the view that each opened. */
  readonly open: readonly { readonly item: number; readonly view: number }[];
  /** Item of the mremap whose destination this is, between its instants. */
  readonly linked: number | null;
  readonly source: number;
}
/** One operation on one page. */
interface Item {
  readonly record: HistoryRecord;
  readonly page: number;
  readonly target: number;
  readonly start: number;
  readonly end: number;
  readonly required: boolean;
}
interface World {
  readonly pages: Readonly<Record<number, Page>>;
  /** 0 not begun, 1 open, 2 done. */
  readonly phase: string;
}

const can = (prot: number, store: boolean): boolean => (store ? (prot & 2) !== 0 : (prot & 7) !== 0);
const single = (view: View, threads: number): Page => ({
  views: [view],
  loads: Array.from({ length: threads }, () => 0),
  stores: Array.from({ length: threads }, () => 0),
  open: [],
  linked: null,
  source: -1,
});
const NOTHING: View = { mapped: false, prot: 0, value: '0' };
const top = (page: Page): View => page.views.at(-1)!;

function itemsOf(history: History): Item[] {
  const skew = Number(history.header.skew);
  const items: Item[] = [];
  for (const records of [...history.threads, history.pending])
    for (const record of records) {
      if (record.op === OP.FORK && record.outcome !== OUTCOME.ok) continue;
      const pending = record.outcome === OUTCOME.pending;
      const failedMove = record.op === OP.MOVE && record.outcome === OUTCOME.error;
      const reach = record.op === OP.FORK ? history.header.pages : record.pages;
      for (let at = 0; at < reach; at++)
        items.push({
          record,
          page: (failedMove ? record.target : record.page) + at,
          target: record.op === OP.MOVE && !failedMove ? record.target + at : -1,
          start: Number(record.start) - skew,
          end: pending ? Infinity : Number(record.end) + skew,
          required: !pending,
        });
    }
  return items;
}

/** Everything in one search: pages are independent unless mremap ties them, and then they must not be. */
export function explicable(history: History): boolean {
  const items = itemsOf(history);
  const pages = [...new Set(items.flatMap(({ page, target }) => (target < 0 ? [page] : [page, target])))];
  if (history.threads.flat().some(({ op }) => op === OP.MOVE)) return search(items, pages, history);
  return pages.every((page) =>
    search(
      items.filter((item) => item.page === page),
      [page],
      history,
    ),
  );
}

function search(items: readonly Item[], pages: readonly number[], history: History): boolean {
  const threads = history.threads.length;
  const first: View = history.header.initiallyMapped ? { mapped: true, prot: 3, value: '0' } : NOTHING;
  const start: World = {
    pages: Object.fromEntries(pages.map((page) => [page, single(first, threads)])),
    phase: '0'.repeat(items.length),
  };
  const precedes = (a: Item, b: Item): boolean =>
    a.end < b.start ||
    (a.record.thread === b.record.thread && a.page === b.page && a.record.sequence < b.record.sequence);
  const before = items.map((item) =>
    items.flatMap((other, at) => (other !== item && precedes(other, item) ? [at] : [])),
  );
  const seen = new Set<string>();
  const stack = [start];
  for (let world = stack.pop(); world !== undefined; world = stack.pop()) {
    const key = JSON.stringify(world);
    if (seen.has(key)) continue;
    seen.add(key);
    const { phase } = world;
    if (items.every((item, at) => !item.required || phase[at] === '2')) return true;
    for (const [at, item] of items.entries()) {
      if (before[at]!.some((other) => phase[other] !== '2' && items[other]!.required)) continue;
      // An operation that comes after a pending one of its own page need not wait for it: it has no end.
      for (const next of moves(world, item, at, threads)) stack.push(next);
    }
    for (const page of pages) for (const next of flipsAt(world, page, threads)) stack.push(next);
  }
  return false;
}

const set = (world: World, page: number, value: Page, at: number, phase: '0' | '1' | '2'): World => ({
  pages: { ...world.pages, [page]: value },
  phase: world.phase.slice(0, at) + phase + world.phase.slice(at + 1),
});

/** Threads move to newer views on their own; stores may go ahead of loads. A call ends when all have passed its view. */
function* flipsAt(world: World, at: number, threads: number): Generator<World> {
  const page = world.pages[at]!;
  for (let thread = 0; thread < threads; thread++) {
    if (page.stores[thread]! + 1 < page.views.length)
      yield {
        ...world,
        pages: {
          ...world.pages,
          [at]: { ...page, stores: page.stores.with(thread, page.stores[thread]! + 1) },
        },
      };
    if (page.loads[thread]! < page.stores[thread]!)
      yield {
        ...world,
        pages: { ...world.pages, [at]: { ...page, loads: page.loads.with(thread, page.loads[thread]! + 1) } },
      };
  }
  const { lazy, ...kept } = top(page);
  if (lazy === true)
    yield {
      ...world,
      pages: { ...world.pages, [at]: { ...page, views: page.views.with(-1, { ...kept, value: '0' }) } },
    };
  for (const { item, view } of page.open)
    if (page.loads.every((own) => own >= view))
      yield set(world, at, { ...page, open: page.open.filter((other) => other.item !== item) }, item, '2');
}

function* moves(world: World, item: Item, at: number, threads: number): Generator<World> {
  const phase = world.phase[at];
  if (phase === '2') return;
  const { record } = item;
  if (record.op === OP.READ || record.op === OP.XCHG) {
    yield* access(world, item, at);
    return;
  }
  const page = world.pages[item.page]!;
  const busy = (number: number): boolean =>
    world.pages[number]!.linked !== null ||
    Object.values(world.pages).some((other) => other.linked !== null && other.source === number);
  if (phase === '1') {
    if (record.op !== OP.MOVE || world.pages[item.target]!.linked !== at) return;
    const done = set(world, item.target, single(top(page), threads), at, '2');
    yield set(done, item.page, single(NOTHING, threads), at, '2');
    return;
  }
  // Calls under the write lock find no flip open; what is under the read lock may.
  const quiet = page.open.length === 0 && !busy(item.page);
  const now = top(page);
  const become = (view: View): World => set(world, item.page, single(view, threads), at, '2');
  const pending = record.outcome === OUTCOME.pending;
  const error = record.outcome === OUTCOME.error;
  const nothing = (): World => ({
    ...world,
    phase: world.phase.slice(0, at) + '2' + world.phase.slice(at + 1),
  });
  const open = (view: View): World =>
    set(
      world,
      item.page,
      { ...page, views: [...page.views, view], open: [...page.open, { item: at, view: page.views.length }] },
      at,
      '1',
    );
  const prot = Number(record.value);
  switch (record.op) {
    case OP.MAP:
      if (error) yield nothing();
      if ((error || pending) && quiet && (record.code === 12 || pending)) yield become(NOTHING);
      if (!error && quiet) yield become({ mapped: true, prot, value: '0' });
      return;
    case OP.MAP_HINT:
      if (error) yield nothing();
      else if (quiet && !now.mapped) yield become({ mapped: true, prot, value: '0' });
      return;
    case OP.UNMAP:
      if (error) yield nothing();
      else if (quiet) yield now.mapped ? open(NOTHING) : become(NOTHING);
      return;
    case OP.PROTECT:
      if (error) yield nothing();
      if (error && record.pages === 1) return;
      if (quiet && now.mapped) yield become({ ...now, prot });
      else if (quiet && (error || pending)) yield become(now);
      return;
    case OP.ZAP:
      if (error && record.code !== 12) yield nothing();
      if (error && record.pages === 1 && record.code === 12) {
        if (!now.mapped && !busy(item.page)) yield nothing();
        return;
      }
      if (busy(item.page)) return;
      if (now.mapped) yield open({ mapped: true, prot: now.prot, value: '0' });
      else if (error || pending) yield nothing();
      return;
    case OP.FREE:
      if (error && record.code !== 12) yield nothing();
      if (error && record.pages === 1 && record.code === 12) {
        if (!now.mapped && !busy(item.page)) yield nothing();
        return;
      }
      if (busy(item.page)) return;
      if (now.mapped)
        yield set(world, item.page, { ...page, views: page.views.with(-1, { ...now, lazy: true }) }, at, '2');
      else if (error || pending) yield nothing();
      return;
    case OP.MOVE: {
      if (error) {
        yield nothing();
        if (quiet && [12, 14, 11].includes(record.code)) yield become(NOTHING);
        return;
      }
      const target = world.pages[item.target]!;
      const free = target.open.length === 0 && !busy(item.target);
      if (pending && free) yield set(world, item.target, single(NOTHING, threads), at, '2');
      if (!quiet || !free || !now.mapped) return;
      const linked: Page = { ...single(now, threads), linked: at, source: item.page };
      yield set(set(world, item.page, single(now, threads), at, '1'), item.target, linked, at, '1');
      return;
    }
    case OP.FORK:
      if (quiet) yield become(now);
      return;
    case OP.CHILD_READ: {
      if (!quiet) return;
      const fits =
        record.outcome === OUTCOME.ok
          ? now.mapped && can(now.prot, false) && now.value === String(record.result)
          : fitsSignal(now, record.code, false);
      if (fits) yield become(now);
      return;
    }
    default:
      return;
  }
}

function fitsSignal(now: View, code: number, store: boolean): boolean {
  if (code === 1) return !now.mapped;
  if (code === 2) return now.mapped && !can(now.prot, store);
  return code === 4 && now.mapped && now.prot === 4;
}

function* access(world: World, item: Item, at: number): Generator<World> {
  const { record } = item;
  const own = world.pages[item.page]!;
  const number = own.linked === null ? item.page : own.source;
  const page = world.pages[number]!;
  const thread = record.thread;
  const store = record.op === OP.XCHG;
  const done = (changed: Page): World => set(world, number, changed, at, '2');
  if (record.outcome === OUTCOME.signal) {
    if (!fitsSignal(top(page), record.code, store)) return;
    // It speaks of the VMA: the entry may be there until it is zapped, and be used again.
    yield done(page);
    return;
  }
  const index = page.loads[thread]!;
  if (store && page.stores[thread] !== index) return;
  const view = page.views[index]!;
  // What is left of an unmapped page keeps the rights that it was mapped with.
  if (!view.mapped || !can(view.prot, store) || view.value !== String(record.result)) return;
  if (!store) {
    yield done(page);
    return;
  }
  const written: View = { mapped: view.mapped, prot: view.prot, value: String(record.value) };
  yield done({ ...page, views: page.views.with(index, written) });
}
