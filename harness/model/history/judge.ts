import { checkHistory, type CheckOptions } from './check.ts';
import type { Cursor } from './cursor.ts';
import { tornForks } from './cuts.ts';
import { WRONG_CODE } from './explain.ts';
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

/** What a sweep of some of the components found. */
export interface Swept extends Streamed {
  /** Components that have an explanation once their si_codes are forgotten; those in `broken` have none even then. */
  readonly codes: readonly number[];
}

/**
 * The second: sweep every `of`th component. Shares are independent of each other and may run anywhere.
 *
 * A kernel that gives wrong si_codes gives them everywhere, and then a lost store must not be one among a thousand
 * pages that nothing explains: what is inexplicable is swept again with the codes forgotten.
 */
export function sweepShare(
  source: HistorySource,
  plan: Plan,
  options: CheckOptions = {},
  share = 0,
  of = 1,
): Swept {
  const nothing: Swept = { broken: [], codes: [], undecided: new Map(), overlaps: 0, maxConfigurations: 1 };
  if (plan.until === -Infinity) return nothing;
  const component = shareOf(plan.partition.component, share, of);
  for (const number of plan.unknowable)
    for (const page of plan.partition.pages[number]!) component[page] = -1;
  const exact = sweepPages(source, plan, component, { ...options, codes: true });
  if (exact.broken.length === 0) return { ...exact, codes: [] };
  const suspects = new Set(exact.broken);
  const again = component.map((number) => (suspects.has(number) ? number : -1));
  const rest = sweepPages(source, plan, again, { ...options, codes: false });
  const broken = new Set(rest.broken);
  return {
    broken: rest.broken,
    codes: exact.broken.filter((number) => !broken.has(number)),
    undecided: new Map([...exact.undecided, ...rest.undecided]),
    overlaps: Math.max(exact.overlaps, rest.overlaps),
    maxConfigurations: Math.max(exact.maxConfigurations, rest.maxConfigurations),
  };
}

function sweepPages(
  source: HistorySource,
  { until, lost }: Plan,
  component: Int32Array,
  { codes, maxConfigurations = BOUND }: CheckOptions & { readonly codes: boolean },
): Streamed {
  const wanted = component.includes(-1)
    ? Uint8Array.from(component, (number) => (number >= 0 ? 1 : 0))
    : null;
  const { header, pending, base } = source;
  const cursors: Cursor[] = source.cursors(wanted);
  for (const record of [...pending, ...lost]) cursors.push(new ListCursor(record.thread, [record], base));
  const facts = {
    threads: header.threads + lost.length,
    skew: Number(header.skew),
    initiallyMapped: header.initiallyMapped,
    ...{ until, component, codes, arenaBase: header.arenaBase, pageSize: header.pageSize },
  };
  return new Stream(cursors, facts, { configurations: maxConfigurations }).run();
}

/** The third: put the shares together, and explain what has no explanation. */
export function conclude(
  source: HistorySource,
  plan: Plan,
  shares: readonly Swept[],
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
  const { maxViolations = 25, maxPerRule = 5 } = options;
  const [broken, brokenUntold] = firstOf(
    maxViolations,
    shares.flatMap((share) => share.broken),
  );
  const [codes, codesUntold] = firstOf(
    maxPerRule,
    shares.flatMap((share) => share.codes),
  );
  const stray = plan.until === -Infinity ? [] : strayPages(source, plan);
  const torn = tornForks(source).slice(0, maxPerRule);
  const found = [
    ...explained(source, plan, broken, stray, options),
    ...explained(source, plan, codes, [], options),
  ];
  const isCode = ({ rule }: Violation): boolean => rule === WRONG_CODE;
  return {
    violations: [
      ...found.filter((one) => !isCode(one)),
      ...torn,
      ...found.filter(isCode).slice(0, maxPerRule),
    ],
    undecided,
    untold: {
      inexplicable: brokenUntold.flatMap((number) => pages[number]!),
      wrongCode: codesUntold.flatMap((number) => pages[number]!),
    },
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

/** Components in their order, split behind the first few. */
function firstOf(most: number, components: readonly number[]): [number[], number[]] {
  const ordered = [...components].sort((a, b) => a - b);
  return [ordered.slice(0, most), ordered.slice(most)];
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
  if (pages.length === 0) return [];
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
