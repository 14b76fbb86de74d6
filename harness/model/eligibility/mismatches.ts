import type { Mismatch } from '../../verdict/mismatch.ts';
import type { CaseMismatch } from './check.ts';

const COUNTER = { perf: 'PERF_COUNT_SW_SPF', vmstat: 'speculative_pgfault' } as const;

const counterName = (what: Exclude<CaseMismatch['what'], 'signal'>): string =>
  what === 'perf' || what === 'vmstat' ? COUNTER[what] : `pagefault:${what}`;

function explanation({ case: name, what, expected, seen, expectation, counted }: CaseMismatch): string {
  const { row, why } = expectation;
  if (what === 'signal')
    return `${name}: the access was to end with ${expected === 'none' ? 'no signal' : expected} and ended with ${seen === 'none' ? 'none' : `SIG${seen}`} (row ${row}: ${why}).`;
  const { faults } = counted.facts;
  return `${name}: ${counterName(what)} grew by ${seen} in ${faults} fault${faults === 1 ? '' : 's'} and was to grow by ${expected} (row ${row}: ${why}).`;
}

/** Mismatches as the run record wants them. */
export function eligibilityMismatches(mismatches: readonly CaseMismatch[]): Mismatch[] {
  return mismatches.map((mismatch) => ({
    model: 'eligibility',
    rule: mismatch.expectation.row,
    signature: `eligibility: ${mismatch.case} ${mismatch.what}`,
    explanation: explanation(mismatch),
    pages: [],
    operations: [],
    possible: [`${mismatch.expectation.path}, ${mismatch.what} ${mismatch.expected}`],
  }));
}
