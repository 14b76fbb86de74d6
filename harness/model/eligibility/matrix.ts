import { markdownTable } from '../../base/markdown.ts';
import { checkCases } from './check.ts';
import { type Decision, DECISIONS } from './decisions.ts';
import { expectFault, type Expectation } from './expect.ts';
import { type CountedCase, TRACE_EVENTS } from './facts.ts';
import type { KernelFacts } from './table.ts';

/** What `spf-counters` counted on one kernel. */
export interface KernelCases {
  /** Architecture, series, release. */
  readonly title: string;
  readonly kernel: KernelFacts;
  /** With vm.speculative_page_fault as it is by default; null when there was no such job. */
  readonly on: readonly CountedCase[] | null;
  /** With 0. */
  readonly off: readonly CountedCase[] | null;
}

/** Counts that are not zero; `nothing` when all are. */
const evidence = (
  counts: readonly (readonly [name: string, count: number | null])[],
  signal: string | null,
) =>
  [
    ...counts.filter(([, count]) => count !== null && count > 0).map(([name, count]) => `${name} ${count}`),
    ...(signal === null ? [] : [signal]),
  ].join(', ') || 'nothing';

function toBeSeen({ path, counted, event, signal, sure }: Expectation, faults: number): string {
  if (!sure) return 'not decided by the facts';
  const counts = [
    ['faults', path === 'none' ? 0 : faults] as const,
    ['perf', counted.perf * faults] as const,
    ['vmstat', counted.vmstat * faults] as const,
    ...TRACE_EVENTS.map((name) => [name, name === event ? faults : 0] as const),
  ];
  return evidence(counts, signal === null ? null : 'SIGSEGV');
}

const seen = ({ faults, spf, vmstatSpf, events, signal }: CountedCase): string =>
  evidence(
    [
      ['faults', faults],
      ['perf', spf],
      ['vmstat', vmstatSpf],
      ...TRACE_EVENTS.map((name) => [name, events[name]] as const),
    ],
    signal === null ? null : `SIG${signal}`,
  );

function seenCell(name: string, cases: readonly CountedCase[] | null, kernel: KernelFacts): string {
  const counted = cases?.find((one) => one.case === name);
  if (counted === undefined) return 'not run';
  const { skipped, mismatches } = checkCases([counted], kernel);
  if (skipped[0] !== undefined) return `– ${skipped[0].slice(name.length + 2)}`;
  return `${mismatches.length === 0 ? '✔' : '✖'} ${seen(counted)}`;
}

const table = (...[head, rows]: Parameters<typeof markdownTable>): string =>
  markdownTable(head, rows).join('\n');

function kernelRows({ kernel, on, off }: KernelCases): string[][] {
  return DECISIONS.flatMap(({ at, what, cases }) =>
    cases.map((name, n) => {
      const told = [on, off].flatMap((cases) => cases?.find((one) => one.case === name) ?? []);
      // A case that could not be had does not know how many faults it would have taken.
      const counted = told.find(({ skipped }) => skipped === null) ?? told[0];
      const expectation = counted && expectFault(counted.facts, kernel);
      return [
        ...(n === 0 ? [at, what] : ['', '']),
        `\`${name}\``,
        ...(expectation
          ? [expectation.row, counted.skipped === null ? toBeSeen(expectation, counted.facts.faults) : '–']
          : ['not run', 'not run']),
        seenCell(name, on, kernel),
        seenCell(name, off, kernel),
      ];
    }),
  );
}

/** How many were judged and how many of these went as expected. */
function tally({ kernel, on, off }: KernelCases): string {
  const words = (['on', 'off'] as const).map((state) => {
    const cases = { on, off }[state];
    if (cases === null) return `with the switch ${state} nothing was run`;
    const { judged, mismatches } = checkCases(cases, kernel);
    const wrong = new Set(mismatches.map(({ case: name }) => name)).size;
    return `with the switch ${state} ${judged - wrong} of ${judged} judged cases as expected, ${cases.length - judged} of ${cases.length} not possible`;
  });
  return `${words.join('; ')}.`;
}

const kernelSection = (cases: KernelCases): string =>
  [
    `## ${cases.title}`,
    `${tally(cases).replace(/^w/, 'W')}`,
    table(
      ['decision', 'which', 'case', 'row', 'to be seen', 'seen, switch on', 'seen, switch off'],
      kernelRows(cases),
    ),
  ].join('\n\n');

const reasons = (decisions: readonly Decision[]): string =>
  table(
    ['decision', 'which', 'cases', 'why there are none, or no more'],
    decisions.flatMap(({ at, what, cases, notDriven }) =>
      notDriven === undefined ? [] : [[at, what, cases.length === 0 ? 'none' : `${cases.length}`, notDriven]],
    ),
  );

/** The decision table as Markdown: a section a kernel, then what cannot be driven from user space. */
export const decisionTable = (kernels: readonly KernelCases[]): string =>
  [
    ...kernels.map(kernelSection),
    '## What user space cannot bring about on purpose',
    reasons(DECISIONS),
  ].join('\n\n');
