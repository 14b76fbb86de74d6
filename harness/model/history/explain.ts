import type { Columns } from './columns.ts';
import { operationText, signalText, stateText } from './describe.ts';
import { pastOf, type Past } from './past.ts';
import { core } from './shrink.ts';
import { readable, writable, type PageState } from './state.ts';
import type { Stuck } from './sweep.ts';
import { OP, OUTCOME, type HistoryHeader, type HistoryRecord, type Violation } from './types.ts';

export const WRONG_CODE = 'wrong-signal-code';

/** What an operation that no order explains broke; `tell` makes the violation of it, which costs a search. */
export interface Explained {
  readonly rule: string;
  /** The operation's row. */
  readonly row: number;
  readonly tell: () => Violation;
}

interface Case {
  readonly at: HistoryRecord;
  readonly page: number;
  readonly states: readonly PageState[];
  readonly value: number;
  readonly past: Past;
  readonly ago: (earlier: HistoryRecord) => string;
}

interface Rule {
  readonly rule: string;
  readonly holds: (it: Case) => boolean;
  /** What the rule wants said; the states and operations are shown beside it. */
  readonly text: (it: Case) => string;
}

const ok = ({ at }: Case): boolean => at.outcome === OUTCOME.ok;
const access = ({ at }: Case): boolean => at.op === OP.READ || at.op === OP.XCHG;
const unmapped = ({ states }: Case): boolean =>
  states.every((state) => !state.mapped && state.alias < 0 && state.older === null);
const denied = (it: Case): boolean =>
  it.states.every((state) => !(it.at.op === OP.XCHG ? writable(state.prot) : readable(state.prot)));
const who = ({ at }: Case): string => `T${at.thread}'s ${at.op === OP.XCHG ? 'exchange' : 'load'}`;
const hex = (value: bigint): string => (value === 0n ? '0' : `0x${value.toString(16)}`);
function since({ at, past, ago }: Case): string {
  const { cleared } = past;
  if (cleared === null) return '';
  const text = operationText(cleared);
  return cleared.end < at.start ? `; ${text} had returned ${ago(cleared)} before` : `; ${text} was under way`;
}

/** First rule that holds names the violation. */
const RULES: readonly Rule[] = [
  {
    rule: 'child-not-a-cut',
    holds: ({ at }) => at.op === OP.CHILD_READ,
    text: ({ at }) =>
      `the child of fork ${at.value} saw ${at.outcome === OUTCOME.ok ? hex(at.result) : signalText(at.code)}, which the page was at no instant of the fork: the image is not one cut of the parent`,
  },
  {
    rule: 'call-result',
    holds: (it) => !access(it),
    text: ({ at }) => `${operationText(at)} cannot have had this result on a page that was as shown`,
  },
  {
    rule: 'access-after-unmap',
    holds: (it) => ok(it) && unmapped(it) && it.past.cleared !== null,
    text: (it) => `${who(it)} succeeded on a page that was unmapped${since(it)}`,
  },
  {
    rule: 'access-without-mapping',
    holds: (it) => ok(it) && unmapped(it),
    text: (it) => `${who(it)} succeeded on a page where nothing was mapped`,
  },
  {
    rule: 'write-after-protect',
    holds: (it) => ok(it) && it.at.op === OP.XCHG && denied(it),
    text: (it) =>
      `${who(it)} succeeded on a page that was not writable${it.past.protectedBy === null ? '' : `; ${operationText(it.past.protectedBy)} had returned ${it.ago(it.past.protectedBy)} before`}`,
  },
  {
    rule: 'read-after-protect',
    holds: (it) => ok(it) && denied(it),
    text: (it) => `${who(it)} succeeded on a page that was PROT_NONE`,
  },
  {
    rule: 'corrupt-value',
    holds: (it) => ok(it) && it.value !== 0 && it.past.writer === null,
    text: (it) => `${who(it)} found ${hex(it.at.result)}, which no operation wrote`,
  },
  {
    rule: 'zero-instead-of-data',
    holds: (it) => ok(it) && it.value === 0,
    text: (it) => `${who(it)} found a zero page where data was, and no call had dropped the data`,
  },
  {
    rule: 'value-from-future',
    holds: (it) => ok(it) && it.past.writer !== null && it.past.writer.start > it.at.end,
    text: (it) => `${who(it)} found ${hex(it.at.result)} before it was written`,
  },
  {
    rule: 'resurrected-page',
    holds: (it) =>
      ok(it) &&
      it.past.writer !== null &&
      it.past.cleared !== null &&
      it.past.writer.end < it.past.cleared.start &&
      it.past.takers.length === 0,
    text: (it) =>
      `${who(it)} found ${hex(it.at.result)}, the content of an earlier mapping${since(it)}: the old page is back`,
  },
  {
    rule: 'foreign-value',
    holds: (it) =>
      ok(it) && it.past.writer !== null && it.past.writer.page !== it.page && it.past.cleared?.op !== OP.MOVE,
    text: (it) =>
      `${who(it)} found ${hex(it.at.result)}, which T${it.past.writer!.thread} wrote to page ${it.past.writer!.page}`,
  },
  {
    rule: 'lost-write',
    holds: (it) => ok(it) && it.at.op === OP.XCHG && it.past.takers.length > 0,
    text: (it) => {
      const taker = it.past.takers[0]!;
      return `T${it.at.thread} and T${taker.thread} both found ${hex(it.at.result)} in an exchange: one of the two stores, ${hex(it.at.value)} and ${hex(taker.value)}, went to a page that nobody sees any more`;
    },
  },
  {
    rule: 'lost-write',
    holds: (it) => ok(it) && it.at.op === OP.XCHG,
    text: (it) => `${who(it)} found ${hex(it.at.result)}, but a later store had replaced it and is lost`,
  },
  {
    rule: 'stale-value',
    holds: ok,
    text: (it) => {
      const taker = it.past.takers[0];
      const by =
        taker === undefined ? '' : `; ${operationText(taker)} had replaced it ${it.ago(taker)} before`;
      return `${who(it)} found ${hex(it.at.result)}, which the page no longer held${by}`;
    },
  },
  {
    rule: WRONG_CODE,
    holds: (it) => (it.at.code === 1 ? denied(it) && !unmapped(it) : unmapped(it)),
    text: codeText,
  },
  {
    rule: 'spurious-segv',
    holds: () => true,
    text: (it) =>
      `${who(it)} got ${signalText(it.at.code)} on a page that was mapped and allowed it${since(it)}`,
  },
];

/** Ticks as time where the clock says how long a tick is. */
function agoText(header: HistoryHeader, ticks: bigint): string {
  if (header.ticksPerSecond === 0n) return `${ticks} ticks`;
  const micros = (Number(ticks) * 1e6) / Number(header.ticksPerSecond);
  return micros < 1000 ? `${micros.toFixed(1)} µs` : `${(micros / 1000).toFixed(1)} ms`;
}

/** States of the page before the operation, each once, at most ten. */
function statesOf({ before, pages, page }: Stuck): PageState[] {
  const at = pages.indexOf(page);
  const states: PageState[] = [];
  for (const configuration of before) {
    const own = configuration.pages[at]!;
    const state = own.alias >= 0 ? configuration.pages[own.value]! : own;
    if (!states.some((known) => known.hash === state.hash)) states.push(state);
  }
  return states.slice(0, 10);
}

const byStart = (a: HistoryRecord, b: HistoryRecord): number =>
  a.start < b.start ? -1 : a.start > b.start ? 1 : 0;

function caseOf(columns: Columns, header: HistoryHeader, stuck: Stuck): Case {
  const at = columns.records[stuck.row]!;
  const value = columns.seen[stuck.row]!;
  let past: Past | null = null;
  return {
    at,
    page: stuck.page,
    states: statesOf(stuck),
    value,
    // Goes through the whole history, so only for those who ask.
    get past() {
      return (past ??= pastOf(columns, at, stuck.page, value));
    },
    ago: (earlier) => agoText(header, at.start - earlier.end),
  };
}

export function explain(columns: Columns, header: HistoryHeader, stuck: Stuck): Explained {
  const it = caseOf(columns, header, stuck);
  const rule = RULES.find(({ holds }) => holds(it))!;
  return { rule: rule.rule, row: stuck.row, tell: () => tell(columns, stuck, it, rule) };
}

/** For an operation that is only inexplicable with the si_codes as they were recorded: with others an order exists. */
export function explainCode(columns: Columns, header: HistoryHeader, stuck: Stuck): Explained {
  const it = caseOf(columns, header, stuck);
  const rule = { rule: WRONG_CODE, holds: () => true, text: codeText };
  return { rule: WRONG_CODE, row: stuck.row, tell: () => tell(columns, stuck, it, rule) };
}

function codeText(it: Case): string {
  if (it.at.outcome === OUTCOME.signal)
    return `${who(it)} got ${signalText(it.at.code)}; the fault was right, its code was not`;
  return `${operationText(it.at)} has an explanation only if a fault before it had another si_code than it got`;
}

function tell(columns: Columns, stuck: Stuck, it: Case, rule: Rule): Violation {
  const { at, states, past } = it;
  const shown = new Set(core(columns, stuck).map((row) => columns.records[row]!));
  if (past.writer !== null) shown.add(past.writer);
  if (past.takers[0] !== undefined) shown.add(past.takers[0]);
  if (past.cleared !== null && ['access-after-unmap', 'resurrected-page'].includes(rule.rule))
    shown.add(past.cleared);
  const count = shown.size;
  return {
    pages: [...stuck.pages],
    rule: rule.rule,
    explanation: `Page ${stuck.page}: ${rule.text(it)}. No order of the ${count} operation${count === 1 ? '' : 's'} shown explains it, whatever the others did.`,
    at,
    possible: states.map((state) => stateText(state, (id) => columns.values.value(id))),
    operations: [...shown].sort(byStart),
  };
}
