import type { StateStore } from './store.ts';
import { type Begun, BLOCKED, type Fault, type Step, type System } from './types.ts';

/** One step of a counterexample. */
export interface TraceStep {
  /** Of the process, in the table's words: T0, munmap, rcu. */
  readonly who: string;
  readonly step: Step;
  /** Which row of the process's table. */
  readonly label: number;
  /** In which of its ways it was taken. */
  readonly way: number;
  readonly detail: string;
  /** As the row says them of the state before it. */
  readonly holds: number | null;
  readonly begins: Begun | null;
}

/** A step that is about to be taken. */
export function traced(
  { name, at, steps }: System['processes'][number],
  state: Uint8Array,
  way: number,
): TraceStep {
  const label = state[at]!;
  const step = steps[label]!;
  return {
    ...{ who: name, step, label, way },
    detail: step.shows?.(state, at, way) ?? '',
    holds: step.holds?.(state, at, way) ?? null,
    begins: step.begins?.(state, at, way) ?? null,
  };
}

/**
 * The way to a state, and the step beyond that breaks the property. States in the store are canonical, threads may have changed names from one to the
 * next: so the way is walked again with the names kept, taking at each state a step whose canonical result is the next
 * state of the way.
 */
export function retrace(
  system: System,
  store: StateStore,
  to: number,
  fault: Fault,
  canonical: (state: Uint8Array) => void,
): TraceStep[] {
  const { layout, report } = system;
  const way: number[] = [];
  for (let number = to; number > 0; number = store.parentOf(number)) way.push(number);
  way.reverse();

  const state = new Uint8Array(layout.size);
  const wanted = new Uint8Array(layout.size);
  const after = new Uint8Array(layout.size);
  const shape = new Uint8Array(layout.size);
  system.start(state);
  const trace: TraceStep[] = [];
  const take = (fits: () => boolean): boolean => {
    for (const process of system.processes) {
      const { at, steps } = process;
      const step = steps[state[at]!]!;
      for (let each = 0; each < (step.ways ?? 1); each++) {
        after.set(state);
        report.fault = null;
        const next = step.run(after, at, each);
        if (next === BLOCKED) continue;
        after[at] = next;
        if (!fits()) continue;
        trace.push(traced(process, state, each));
        state.set(after);
        return true;
      }
    }
    return false;
  };
  for (const number of way) {
    layout.unpack(store.chunkOf(number), store.offsetOf(number), wanted);
    const found = take(() => {
      shape.set(after);
      canonical(shape);
      return report.fault === null && shape.every((value, each) => value === wanted[each]);
    });
    if (!found) throw new Error(`no step leads from state to state ${number} of the store`);
  }
  // Not when the fault is that nothing goes on, or how things are then.
  take(() => report.fault?.property === fault.property && report.fault.text === fault.text);
  report.fault = null;
  return trace;
}
