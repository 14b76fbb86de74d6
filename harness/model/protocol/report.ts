import type { Check } from './checks.ts';
import type { Outcome } from './engine/explore.ts';
import { HYPOTHESES } from './hypotheses.ts';

/** The result of a check as plain data. */
export interface CheckReport {
  readonly check: string;
  readonly title: string;
  readonly decides: string | null;
  readonly properties: readonly string[];
  readonly scope: Readonly<Record<string, unknown>>;
  readonly given: readonly string[];
  readonly verdict: Outcome['verdict'];
  readonly property: string | null;
  readonly text: string | null;
  readonly never: readonly string[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly bytesPerState: number;
  readonly trace: readonly { thread: string; function: string; step: string; detail: string }[];
}

export function reportCheck(check: Check, outcome: Outcome): CheckReport {
  const { verdict, fault, never, states, transitions, depth, bytesPerState, trace } = outcome;
  return {
    check: check.id,
    title: check.title,
    decides: check.decides ?? null,
    properties: check.properties,
    scope: { ...check.scope },
    given: check.given ?? [],
    verdict,
    property: fault?.property ?? null,
    text: fault?.text ?? null,
    never: verdict === 'holds' ? never : [],
    states,
    transitions,
    depth,
    bytesPerState: Math.round(bytesPerState * 10) / 10,
    trace: trace.map(({ who, step, detail }) => ({
      thread: who,
      function: step.in,
      step: step.does,
      detail,
    })),
  };
}

/** Did the check find that the code under test does not keep its promises? P13 counts: a search that saw nothing is no proof. */
export const failed = ({ verdict, never }: CheckReport): boolean =>
  verdict === 'violated' || never.length > 0;

export function reportText(report: CheckReport): string {
  const { check, title, decides, verdict, property, text, never, states, trace, given, scope } = report;
  const lines = [`${MARK[verdict]} ${check}: ${title}`];
  if (given.length > 0) lines.push(`    with ${given.join(', ')}, which would show first`);
  const all = `${states.toLocaleString('en')} states`;
  if (verdict === 'violated') lines.push(`    ${property}: ${text}`);
  else if (verdict === 'holds')
    lines.push(`    ${report.properties.join(', ')} hold in all ${all} (${scopeText(scope)})`);
  else lines.push(`    nothing found in ${all}, the limit; there are more (${scopeText(scope)})`);
  for (const name of never) lines.push(`    P13: it never happens that ${name}; the search proves little`);
  if (decides !== null) lines.push(`    ${decides}, ${HYPOTHESES[decides]}: ${decided(report)}`);
  trace.forEach((step, nth) => {
    const detail = step.detail === '' ? '' : ` [${step.detail}]`;
    lines.push(
      `    ${String(nth + 1).padStart(3)}  ${step.thread.padEnd(7)}  ${step.function}(): ${step.step}${detail}`,
    );
  });
  return lines.join('\n');
}

const MARK = { holds: '✔', violated: '✖', limit: '?' } as const;

const decided = ({ verdict, scope }: CheckReport): string =>
  verdict === 'violated' ? 'reached' : `not reachable in scope ${scopeText(scope)}`;

export function scopeText(scope: CheckReport['scope']): string {
  return Object.entries(scope)
    .filter(([name]) => name !== 'sometimes')
    .map(([name, value]) =>
      Array.isArray(value)
        ? `${name} ${value.map((each) => [each].flat().join('+')).join(' | ')}`
        : `${name} ${String(value)}`,
    )
    .join(', ');
}
