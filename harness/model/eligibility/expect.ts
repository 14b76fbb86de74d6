import type { FaultFacts, TraceEvent } from './facts.ts';
import { ROWS, forbidden, refusedByKey, type KernelFacts, type Path, type SegvCode } from './table.ts';

/** What must come of a fault, per fault. */
export interface Expectation {
  readonly path: Path;
  /** PERF_COUNT_SW_SPF of the thread, and speculative_pgfault of /proc/vmstat. */
  readonly counted: { readonly perf: 0 | 1; readonly vmstat: 0 | 1 };
  /** The one trace event of the series that is emitted; null: none. */
  readonly event: TraceEvent | null;
  /**
   * What the access deserves. v12 on x86 delivers SEGV_MAPERR where the speculative handler refused it: its
   * VM_FAULT_SIGSEGV goes through mm_fault_error() to bad_area_nosemaphore() (arch/x86/mm/fault.c), which knows no
   * other code.
   */
  readonly signal: SegvCode | null;
  /** The row of table.ts that decided. */
  readonly row: string;
  readonly why: string;
  /** False where the facts do not decide it: nothing may be concluded from the counts. */
  readonly sure: boolean;
}

function signalOf(facts: FaultFacts): SegvCode | null {
  // The kernel's own accesses end in EFAULT.
  if (!facts.userMode) return null;
  if (facts.vmaKind === 'none') return 'SEGV_MAPERR';
  // Below a stack the stack grows.
  if (!facts.inBounds) return facts.vmaKind === 'stack' ? null : 'SEGV_MAPERR';
  if (refusedByKey(facts)) return 'SEGV_PKUERR';
  return forbidden(facts) ? 'SEGV_ACCERR' : null;
}

/**
 * Path, counters and signal of a fault, by the first row of the table that holds.
 *
 * A refused access is counted by perf (arch code, any result but RETRY) and not by vmstat (only after
 * handle_pte_fault(), 27/31).
 */
export function expectFault(
  facts: FaultFacts,
  kernel: KernelFacts = { hasSpf: facts.sysctl !== null },
): Expectation {
  const row = ROWS.find(({ holds }) => holds(facts, kernel))!;
  const { id, why, event, then } = row;
  const common = { signal: signalOf(facts), row: id, why, event, sure: then !== 'unsure' };
  switch (then) {
    case 'none':
      return { path: 'none', counted: { perf: 0, vmstat: 0 }, ...common };
    case 'classic':
    case 'unsure':
      return { path: 'classic', counted: { perf: 0, vmstat: 0 }, ...common };
    case 'refused':
      return { path: 'speculative', counted: { perf: 1, vmstat: 0 }, ...common };
    case 'speculative':
      return { path: 'speculative', counted: { perf: 1, vmstat: 1 }, ...common };
  }
}
