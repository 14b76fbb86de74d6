import type { Finding } from '../console/finding.ts';
import type { History, HistoryReport } from '../model/history/types.ts';
import type { Expectations } from './expectations.ts';
import type { Excused } from './known-issues.ts';
import type { Mismatch } from './mismatch.ts';

/** Why the machine ended; the same words as harness/machine/types.ts, which a pure part may not import. */
export interface ObservedEnd {
  readonly reason: 'clean' | 'panic' | 'hang' | 'limit' | 'cancelled' | 'lost';
  readonly detail: string;
}

export interface ObservedExec {
  readonly exitCode: number | null;
  /** Signal name without SIG. */
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly lost: boolean;
}

/** What the rig says of itself: a RigError is `tool`, any other thrown thing is our bug, null is nobody's (cancelled). */
export interface RigFault {
  readonly culprit: 'tool' | 'harness' | null;
  readonly message: string;
}

export interface ObservedHistory {
  readonly complete: boolean;
  readonly doubts: readonly string[];
  readonly violations: number;
  readonly operations: number;
  /** Pairs (access, structural call) on one page whose intervals overlap. */
  readonly overlaps: number;
  readonly pagesTouched: number;
  /** Pages beyond the violations that are told: that nothing explains, and where si_codes alone are wrong. */
  readonly untoldPages: number;
  readonly wrongCodePages: number;
  readonly undecidedPages: number;
  readonly undecidedReason: string | null;
}

/** Everything that one job learnt, before anybody says what it means. */
export interface JobObservation {
  readonly kernel: {
    /** Null for a base kernel, and for a series with its symbol off. `counter` is the vmstat name of the series, null when it has none. */
    readonly series: { readonly name: string; readonly counter: string | null } | null;
    /** Counter that must not exist, because the series is built with its symbol off; null for any other kernel. */
    readonly absentCounter: string | null;
    /** `uname -r` that must answer; null when unknown (a prebuilt kernel, the host's own). */
    readonly release: string | null;
    /** Symbols that the profile asked for and the kernel does not have. */
    readonly dropped: readonly { readonly symbol: string; readonly reason: string }[];
  };
  /** Null for a job that only boots. */
  readonly workload: {
    readonly id: string;
    readonly produces: 'history' | 'cases' | 'outcomes' | 'nothing';
  } | null;
  /** `uname -r` of the kernel that answered; null when none did. */
  readonly release: string | null;
  /** Why this machine may show what no real one would; null when it does not. */
  readonly emulationDoubt: string | null;
  /** Null when no machine was started. */
  readonly end: ObservedEnd | null;
  readonly exec: ObservedExec | null;
  readonly fault: RigFault | null;
  readonly findings: readonly Finding[];
  readonly history: ObservedHistory | null;
  /** Cases of the eligibility workload that were judged, and that were not with their reasons. */
  readonly cases: { readonly judged: number; readonly skipped: readonly string[] } | null;
  /** The same of directed programs. */
  readonly outcomes: { readonly judged: number; readonly skipped: readonly string[] } | null;
  readonly mismatches: readonly Pick<Mismatch, 'model' | 'rule' | 'explanation'>[];
  readonly taint: { readonly before: number; readonly after: number | null } | null;
  readonly counters: Readonly<Record<string, number>>;
  readonly expectations: Expectations;
  /** Known issues that took findings or mismatches out of the above. */
  readonly excused: readonly Excused[];
  /** Known issues that this job should have shown and did not. */
  readonly unseen: readonly string[];
}

/** What the verdict needs to know of a checked history. */
export function observeHistory(
  history: Pick<History, 'complete' | 'doubts'>,
  report: HistoryReport,
): ObservedHistory {
  return {
    complete: history.complete,
    doubts: history.doubts,
    violations: report.violations.length,
    operations: report.stats.operations,
    overlaps: report.stats.overlaps,
    pagesTouched: report.stats.pagesTouched,
    untoldPages: report.untold.inexplicable.length,
    wrongCodePages: report.untold.wrongCode.length,
    undecidedPages: new Set(report.undecided.flatMap(({ pages }) => pages)).size,
    undecidedReason: report.undecided[0]?.reason ?? null,
  };
}
