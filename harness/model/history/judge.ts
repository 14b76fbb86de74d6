import { checkHistory, type CheckOptions } from './check.ts';
import type { Cursor } from './cursor.ts';
import { tornForks } from './cuts.ts';
import { ListCursor } from './list-cursor.ts';
import { lostExchanges } from './lost.ts';
import { partitionOf, shareOf, type Partition } from './partition.ts';
import type { HistorySource } from './source.ts';
import { Stream, type Streamed } from './stream.ts';
import type { HistoryRecord, HistoryReport, Violation } from './types.ts';

/** What all shares of a judgement must know; plain data that crosses a thread boundary. */
export interface Plan {
  /** In widened time; -Infinity when nothing can be judged. */
  readonly until: number;
  readonly lost: readonly HistoryRecord[];
  readonly partition: Partition;
  /** Components that cannot be judged, though something happened there. */
  readonly unknowable: readonly number[];
}

const BOUND = 20_000;
/** Records of inexplicable pages that are held at once to find out why. */
const EXTRACT_MOST = 3_000_000;

/** The first of three steps: what may be judged, and which pages belong together. */
export function planOf(source: HistorySource): Plan {
  const skew = Number(source.header.skew);
  const until = source.complete
    ? Infinity
    : source.completeUntil === 0n
      ? -Infinity
      : Number(source.completeUntil - source.base) - 2 * skew;
  const lost = until === -Infinity ? [] : lostExchanges(source, until);
  const partition = partitionOf(source.survey, until + skew);
  const { component, pages } = partition;
  const wild = new Set(lost.map(({ page }) => component[page]!));
  const unknowable = [...wild].filter((number) => number >= 0 && pages[number]!.length > 1);
  return { until, lost, partition, unknowable };
}

/** The second: sweep every `of`th component. Shares are independent of each other and may run anywhere. */
export function sweepShare(
  source: HistorySource,
  { until, lost, partition, unknowable }: Plan,
  options: CheckOptions = {},
  share = 0,
  of = 1,
): Streamed {
  if (until === -Infinity) return { broken: [], undecided: new Map(), overlaps: 0, maxConfigurations: 1 };
  const component = shareOf(partition.component, share, of);
  for (const number of unknowable) for (const page of partition.pages[number]!) component[page] = -1;
  const wanted = of === 1 ? null : Uint8Array.from(component, (number) => (number >= 0 ? 1 : 0));
  const { header, pending, base } = source;
  const cursors: Cursor[] = source.cursors(wanted);
  for (const record of [...pending, ...lost]) cursors.push(new ListCursor(record.thread, [record], base));
  const facts = {
    threads: header.threads + lost.length,
    skew: Number(header.skew),
    initiallyMapped: header.initiallyMapped,
    ...{ until, component, arenaBase: header.arenaBase, pageSize: header.pageSize },
  };
  return new Stream(cursors, facts, { configurations: options.maxConfigurations ?? BOUND }).run();
}

/** The third: put the shares together, and explain what has no explanation. */
export function conclude(
  source: HistorySource,
  plan: Plan,
  shares: readonly Streamed[],
  options: CheckOptions = {},
): HistoryReport {
  const { survey, header } = source;
  const { pages } = plan.partition;
  const undecided: { pages: readonly number[]; reason: string }[] = [];
  if (plan.until === -Infinity)
    undecided.push({ pages: pages.flat(), reason: 'the history ends before its first progress mark' });
  for (const number of plan.unknowable)
    undecided.push({
      pages: pages[number]!,
      reason: 'a value was seen whose exchange died with the guest',
    });
  for (const share of shares)
    for (const [number, reason] of share.undecided) undecided.push({ pages: pages[number]!, reason });
  const broken = shares.flatMap((share) => share.broken).sort((a, b) => a - b);
  const most = options.maxViolations ?? 25;
  const told = broken.slice(0, most);
  const stray = plan.until === -Infinity ? [] : strayPages(source, plan);
  const torn = tornForks(source).slice(0, options.maxPerRule ?? 5);
  const explanations = told.length + stray.length === 0 ? [] : explained(source, plan, told, stray, options);
  if (broken.length > told.length)
    undecided.push({
      pages: broken.slice(most).flatMap((number) => pages[number]!),
      reason: 'nothing explains what was seen there either; the first are told, and these are not',
    });
  return {
    violations: [...explanations, ...torn],
    undecided,
    stats: {
      operations: survey.operations + plan.lost.length,
      accesses: survey.accesses + plan.lost.length,
      signals: survey.signals,
      structural: survey.structural,
      pagesTouched: header.pages === 0 ? 0 : survey.pagesTouched,
      overlaps: shares.reduce((sum, { overlaps }) => sum + overlaps, 0),
      maxConfigurations: shares.reduce((most, share) => Math.max(most, share.maxConfigurations), 1),
    },
  };
}

/** Pages that nobody looked at, where a call returned another address than it can have meant. */
const strayPages = ({ survey }: HistorySource, { partition }: Plan): number[] =>
  survey.misplaced.map(({ page }) => page).filter((page) => partition.component[page] === -1);

function explained(
  source: HistorySource,
  plan: Plan,
  told: readonly number[],
  stray: readonly number[],
  options: CheckOptions,
): readonly Violation[] {
  const pages = [...told.flatMap((number) => plan.partition.pages[number]!), ...stray];
  const wanted = new Uint8Array(source.header.pages);
  for (const page of pages) wanted[page] = 1;
  const threads = source.extract(wanted, EXTRACT_MOST);
  if (threads === null) {
    if (told.length > 1) {
      // Too many records for all at once: as many as are explained one by one.
      const first = told.map((number) => explained(source, plan, [number], [], options));
      return first.flat();
    }
    return [tooLarge(source, pages)];
  }
  const part = {
    header: source.header,
    threads: threads.map((records) => records.map((record, sequence) => ({ ...record, sequence }))),
    pending: source.pending,
    ...{ complete: source.complete, completeUntil: source.completeUntil, doubts: [] },
  };
  const lost = plan.lost.filter(({ page }) => wanted[page] === 1);
  const { violations } = checkHistory(part, { ...options, lost });
  // Both sweeps judge by the same rules: if they do not agree, neither is to be believed.
  if (violations.length === 0 && (plan.until === Infinity || told.length > 0))
    throw new Error(`the checker disagrees with itself on pages ${pages.slice(0, 20).join(', ')}`);
  return violations;
}

function tooLarge({ header }: HistorySource, pages: readonly number[]): Violation {
  const at: HistoryRecord = {
    ...{ start: 0n, end: 0n, value: 0n, result: 0n, page: pages[0]!, pages: 1, target: 0, sequence: 0 },
    ...{ thread: 0, op: 1, outcome: 0, code: 0, spfBefore: 0, spfAfter: 0 },
  };
  return {
    pages,
    rule: 'inexplicable',
    explanation: `No order of the operations on these ${pages.length} pages of ${header.workload} explains what the threads saw; there are more than ${EXTRACT_MOST} of them, too many to find the few that matter.`,
    at,
    possible: [],
    operations: [],
  };
}

/** All three steps here and now: for histories that are in memory, and where nobody else helps. */
export function judgeHistorySource(source: HistorySource, options: CheckOptions = {}): HistoryReport {
  const plan = planOf(source);
  return conclude(source, plan, [sweepShare(source, plan, options)], options);
}
