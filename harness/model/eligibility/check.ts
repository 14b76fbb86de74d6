import { expectFault, type Expectation } from './expect.ts';
import { type CountedCase, TRACE_EVENTS, type TraceEvent } from './facts.ts';
import type { KernelFacts } from './table.ts';

/** A case that did not go as the table says. */
export interface CaseMismatch {
  readonly case: string;
  readonly what: 'perf' | 'vmstat' | 'signal' | TraceEvent;
  readonly expected: number | string;
  readonly seen: number | string;
  readonly expectation: Expectation;
  readonly counted: CountedCase;
}

export interface CheckedCases {
  readonly judged: number;
  /** Cases that say nothing, each with its reason. */
  readonly skipped: readonly string[];
  readonly mismatches: readonly CaseMismatch[];
}

/** Why a case cannot be judged; null when it can. */
function excuse(counted: CountedCase, expectation: Expectation): string | null {
  if (counted.skipped !== null) return counted.skipped;
  if (!expectation.sure) return expectation.why;
  const meant = expectation.path === 'none' ? 0 : counted.facts.faults;
  if (counted.faults !== null && counted.faults !== meant)
    return `${counted.faults} faults where ${meant} were meant: the scene was not what it says`;
  const events = TRACE_EVENTS.filter((name) => counted.events[name] !== null);
  if (counted.faults === null && counted.vmstatSpf === null && counted.signal === null && events.length === 0)
    return 'nothing could be counted';
  return null;
}

/**
 * The perf event and the trace events belong to the thread and are exact: none may be missing, and none too many. vmstat belongs to the machine, so others may have added to it: it
 * must not be below, and where nothing was to be counted it must not have grown as if every fault had been.
 */
function mismatchesOf(
  counted: CountedCase,
  expectation: Expectation,
): Pick<CaseMismatch, 'what' | 'expected' | 'seen'>[] {
  const found: Pick<CaseMismatch, 'what' | 'expected' | 'seen'>[] = [];
  const { faults } = counted.facts;
  const perf = faults * expectation.counted.perf;
  if (counted.spf !== null && counted.spf !== perf)
    found.push({ what: 'perf', expected: perf, seen: counted.spf });
  const vmstat = faults * expectation.counted.vmstat;
  const seen = counted.vmstatSpf;
  if (seen !== null && (vmstat > 0 ? seen < vmstat : seen >= faults))
    found.push({ what: 'vmstat', expected: vmstat, seen });
  for (const name of TRACE_EVENTS) {
    const events = expectation.event === name ? faults : 0;
    const emitted = counted.events[name];
    if (emitted !== null && emitted !== events) found.push({ what: name, expected: events, seen: emitted });
  }
  const signal = expectation.signal === null ? 'none' : 'SEGV';
  const got = counted.signal ?? 'none';
  if (signal !== got) found.push({ what: 'signal', expected: expectation.signal ?? 'none', seen: got });
  return found;
}

/** Compare what `spf-counters` counted with what the table expects of this kernel. */
export function checkCases(cases: readonly CountedCase[], kernel: KernelFacts): CheckedCases {
  const skipped: string[] = [];
  const mismatches: CaseMismatch[] = [];
  let judged = 0;
  for (const counted of cases) {
    const expectation = expectFault(counted.facts, kernel);
    const why = excuse(counted, expectation);
    if (why !== null) {
      skipped.push(`${counted.case}: ${why}`);
      continue;
    }
    judged++;
    for (const wrong of mismatchesOf(counted, expectation))
      mismatches.push({ case: counted.case, ...wrong, expectation, counted });
  }
  return { judged, skipped, mismatches };
}
