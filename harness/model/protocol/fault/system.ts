import { type Fault, type Process, type Property, Report, type System } from '../engine/types.ts';
import type { Variant } from '../lookup/scope.ts';
import { callerSteps } from './calls.ts';
import { Memory } from './memory.ts';
import type { FaultMark, FaultScope } from './scope.ts';
import { type FaultState, faultState, PTE } from './state.ts';
import { FAULT_MARKS, THREAD, threadSteps } from './thread.ts';

/** The speculative handler and its commit against the calls that change VMAs and page tables (patches 5 to 12, 18, 22). */
export function faultSystem(
  scope: FaultScope,
  variant: Variant,
  checked: ReadonlySet<Property> | null = null,
): System {
  const model = faultState(scope);
  const report = new Report(checked);
  const memory = new Memory(model, scope, report);
  const thread = threadSteps(model, memory, report, variant, scope);
  const processes: Process[] = scope.callers.map((calls, nth) => {
    const steps = callerSteps(model, memory, report, variant, scope, calls);
    const name = scope.callers.length === 1 ? 'caller' : `caller${nth}`;
    return { name, steps, at: model.caller(nth), rests: [steps.length - 1] };
  });
  for (let nth = 0; nth < scope.threads; nth++)
    processes.push({ name: `T${nth}`, steps: thread, at: model.thread(nth), rests: [THREAD.done] });
  return {
    layout: model.layout,
    processes,
    // The holder of a PTE lock is a thread's number, so threads are not sorted. There are few.
    symmetry: null,
    report,
    start: (state) => start(state, model, scope),
    atRest: (state) => lost(state, model, memory, scope, report),
    normalize: (state) => memory.forget(state),
    sometimes: expected(scope),
  };
}

function start(state: Uint8Array, model: FaultState, { threads, stores, populated }: FaultScope): void {
  const { vma, V, T, P, pmd, table, thread } = model;
  state.fill(0);
  state[pmd(0)] = 1;
  if (populated) {
    state[table(1) + P.pte] = PTE.writable;
    state[table(1) + P.frame] = 1;
  }
  state[vma(0) + V.page] = 1;
  state[vma(0) + V.write] = 1;
  state[vma(0) + V.inTree] = 1;
  state[vma(1) + V.empty] = 1;
  for (let nth = 0; nth < threads; nth++) {
    state[thread(nth)] = THREAD.access;
    state[thread(nth) + T.left] = stores;
  }
}

/** P15: at the end, the page that the memory is in has seen every store that was completed. */
function lost(
  state: Uint8Array,
  model: FaultState,
  memory: Memory,
  scope: FaultScope,
  report: Report,
): Fault | null {
  if (!scope.keeps) return null;
  const { pmd, table, P, frame, stored } = model;
  report.fault = null;
  const page = memory.vmaOf(state, 1) >= 0 ? 1 : 0;
  const t = state[pmd(page)]!;
  const at = t === 0 ? 0 : state[table(t) + P.frame]!;
  const seen = at === 0 ? 0 : state[frame(at)]!;
  const all = 2 ** state[stored]! - 1;
  if (seen !== all)
    report.break(
      'P15',
      `${state[stored]} stores were completed, the page at the end has not seen ${missing(all & ~seen)}`,
    );
  const { fault } = report;
  report.fault = null;
  return fault;
}

const missing = (set: number): string =>
  [...Array(8).keys()]
    .filter((bit) => (set & (1 << bit)) !== 0)
    .map((bit) => `the ${['first', 'second', 'third', 'fourth', 'fifth', 'sixth'][bit]}`)
    .join(' and ');

const MARK_NAMES: Record<FaultMark, string> = {
  speculative: 'a fault is handled speculatively',
  classic: 'a fault is handled the classic way',
  refused: 'a store is refused',
  changed: 'a speculative fault gives up because something changed',
  copied: 'a speculative fault copies a page',
  cleared: 'a call clears an entry',
};

function expected({ sometimes }: FaultScope): string[] {
  return (Object.keys(FAULT_MARKS) as FaultMark[]).map((mark) =>
    sometimes.includes(mark) ? MARK_NAMES[mark] : '',
  );
}
