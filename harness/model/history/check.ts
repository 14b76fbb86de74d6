import { Ledger } from './ledger.ts';
import { DUTY, columnsOf, forgetCodes, warm, type Columns } from './columns.ts';
import { componentsOf, type Components } from './components.ts';
import { cutAt, horizonOf, wildExchanges } from './cut.ts';
import { explain, explainCode, type Explained } from './explain.ts';
import { eventOrder } from './order.ts';
import { screen } from './screen.ts';
import { sweep, type Limits, type Stuck, type Swept } from './sweep.ts';
import { OP, OUTCOME, type History, type HistoryRecord, type HistoryReport } from './types.ts';

export interface CheckOptions {
  /** Configurations that may be looked at for one operation's return before a page is given up as undecided. */
  readonly maxConfigurations?: number;
  /** Violations that are explained; the judgement ends there, and the report says so. */
  readonly maxViolations?: number;
  /** Violations of one rule that are explained; further ones are counted. */
  readonly maxPerRule?: number;
  /** Exchanges that must have died with the guest, where they are known already (lost.ts). */
  readonly lost?: readonly HistoryRecord[];
}

function touchedPages({ count, op, page }: Columns): number[] {
  const touched = new Set<number>();
  for (let row = 0; row < count; row++)
    if (op[row] === OP.READ || op[row] === OP.XCHG) touched.add(page[row]!);
  return [...touched].sort((a, b) => a - b);
}

function statsOf(columns: Columns): Omit<HistoryReport['stats'], 'overlaps' | 'maxConfigurations'> {
  let accesses = 0;
  let signals = 0;
  let structural = 0;
  const touched = new Set<number>();
  for (let row = 0; row < columns.count; row++) {
    const op = columns.op[row]!;
    if (op === OP.READ || op === OP.XCHG) {
      accesses++;
      touched.add(columns.page[row]!);
      if (columns.outcome[row] === OUTCOME.signal) signals++;
    } else if (op !== OP.CHILD_READ) structural++;
  }
  return { operations: columns.count, accesses, signals, structural, pagesTouched: touched.size };
}

/** Records that point outside the arena are the writer's fault and cannot be judged. */
function dropForeign(columns: Columns, pages: number): number {
  let foreign = 0;
  for (let row = 0; row < columns.count; row++) {
    const op = columns.op[row]!;
    if (op === OP.FORK || ((op === OP.READ || op === OP.XCHG) && columns.page[row]! < pages)) continue;
    const record = columns.records[row]!;
    const last = Math.max(record.page, record.op === OP.MOVE ? record.target : 0) + record.pages;
    if (last <= pages && record.pages > 0) continue;
    columns.duty[row] = DUTY.dropped;
    foreign++;
  }
  return foreign;
}

/** Components of several pages where a value was seen that nobody here wrote: see cut.ts. */
function tiedAndWild(components: Components, wild: readonly { readonly page: number }[]): Set<number> {
  const pages = new Set(wild.map(({ page }) => page));
  const tied = new Set<number>();
  for (let component = 0; component < components.count; component++) {
    const from = components.pageFrom[component]!;
    const to = components.pageFrom[component + 1]!;
    if (to - from === 1) continue;
    for (let at = from; at < to; at++) if (pages.has(components.pages[at]!)) tied.add(component);
  }
  return tied;
}

/**
 * Is there, for every page, an order of its operations that explains what the threads saw? Each operation takes effect
 * inside its interval, as effects.ts, calls.ts and accesses.ts say: at an instant, or for munmap and
 * MADV_DONTNEED thread by thread. A violation means that there is none; `undecided` that the search was given up.
 *
 * Pages are judged one by one (those that mremap ties together at once), so what calls do to several pages at the same
 * instant is not judged.
 */
export function checkHistory(history: History, options: CheckOptions = {}): HistoryReport {
  const { maxConfigurations = 20_000, maxViolations = 25, maxPerRule = 5 } = options;
  const undecided: { pages: readonly number[]; reason: string }[] = [];
  let columns = columnsOf(history);
  const horizon = horizonOf(history, columns);
  for (const reason of horizon.doubts)
    undecided.push({ pages: horizon.until === -Infinity ? touchedPages(columns) : [], reason });
  if (horizon.until !== Infinity) cutAt(columns, horizon);
  const wild = options.lost ?? wildExchanges(history, columns, horizon);
  if (wild.length > 0) {
    columns = columnsOf({ ...history, pending: [...history.pending, ...wild] });
    cutAt(columns, horizon);
  }
  const foreign = dropForeign(columns, history.header.pages);
  if (foreign > 0) undecided.push({ pages: [], reason: `${foreign} records lie outside the arena` });
  const ledger = new Ledger(maxPerRule);
  for (const violation of screen(columns, history.header)) ledger.add(violation.rule, () => violation);
  columns = warm(columns);
  const components = componentsOf(columns, eventOrder(columns), history.header.pages);
  const unknowable = tiedAndWild(components, wild);

  const limits: Limits = { configurations: maxConfigurations };
  let codeless: Columns | null = null;
  const go = (using: Columns, component: number): { swept: Swept; stuck: Stuck[] } => {
    const stuck: Stuck[] = [];
    const tell = (one: Stuck): void => void stuck.push(one);
    const swept = sweep(using, components, component, history.header.initiallyMapped, limits, tell);
    return { swept, stuck };
  };
  /*
   * A wrong si_code may happen to fit an order that is not what was, and then wrong things follow. So where something
   * was found, the page is judged again with the codes forgotten: what is left is wrong whatever the codes, and what
   * is gone was wrong in its code only.
   */
  const judge = (component: number): Swept => {
    const exact = go(columns, component);
    if (exact.stuck.length === 0) return exact.swept;
    const rest = go((codeless ??= forgetCodes(columns)), component);
    const left = new Set(rest.stuck.map(({ row }) => row));
    const gone = exact.stuck.filter(({ row }) => !left.has(row));
    const signals = gone.filter(({ row }) => columns.outcome[row] === OUTCOME.signal);
    // What only followed from a wrong code is not worth telling beside it.
    const codes = signals.length > 0 || rest.stuck.length > 0 ? signals : gone.slice(0, 1);
    for (const one of codes) add(explainCode(columns, history.header, one));
    for (const one of rest.stuck) add(explain(codeless, history.header, one));
    return rest.swept;
  };
  const add = ({ rule, tell }: Explained): void => ledger.add(rule, tell);

  let overlaps = 0;
  let largest = 0;
  for (let component = 0; component < components.count; component++) {
    const pages = (): number[] => [
      ...components.pages.subarray(components.pageFrom[component], components.pageFrom[component + 1]),
    ];
    if (unknowable.has(component)) {
      undecided.push({ pages: pages(), reason: 'a value was seen whose exchange died with the guest' });
      continue;
    }
    if (ledger.count >= maxViolations) {
      const reason = `${ledger.count} violations were found before; the other pages were not judged`;
      undecided.push({ pages: [], reason });
      break;
    }
    const swept = judge(component);
    overlaps += swept.overlaps;
    largest = Math.max(largest, swept.maxConfigurations);
    if (swept.undecided !== null) undecided.push(swept.undecided);
  }
  return {
    violations: ledger.violations(),
    undecided,
    untold: { inexplicable: [], wrongCode: [] },
    stats: { ...statsOf(columns), overlaps, maxConfigurations: largest },
  };
}
