import { reducer } from './reduce.ts';
import { StateStore } from './store.ts';
import { straighten } from './straighten.ts';
import { retrace, type TraceStep } from './trace.ts';
import { BLOCKED, type Fault, type System } from './types.ts';

export interface Options {
  /** Partial-order reduction; on unless false. */
  readonly reduce?: boolean;
  /** Interchangeable threads count as one another; on unless false. */
  readonly symmetry?: boolean;
  /** States after which the search gives up. */
  readonly limit?: number;
}

export interface Outcome {
  /** `holds`: every reachable state was looked at. `limit`: not every one. */
  readonly verdict: 'holds' | 'violated' | 'limit';
  readonly states: number;
  /** Steps taken, those to known states included. */
  readonly transitions: number;
  /** Steps from the first state to the farthest one that was looked at. */
  readonly depth: number;
  readonly bytesPerState: number;
  /** Of the shortest way to break a property. */
  readonly fault: Fault | null;
  readonly trace: readonly TraceStep[];
  /** P13: names of what should happen in some run and did not. Only complete when the search is. */
  readonly never: readonly string[];
}

/** Breadth first over all states. The first fault found has a shortest trace. */
export function explore(system: System, options: Options = {}): Outcome {
  const { layout, processes, report } = system;
  const limit = Math.min(options.limit ?? StateStore.LARGEST, StateStore.LARGEST);
  const store = new StateStore(layout.words);
  const canonical = canonicalizer(system, options.symmetry ?? true);
  const chosen = (options.reduce ?? true) ? reducer(system) : () => -1;
  const size = layout.size;
  const state = new Uint8Array(size);
  const next = new Uint8Array(size);
  report.fault = null;
  report.marks = 0;

  system.start(next);
  state.set(next);
  enter(-1);

  let transitions = 0;
  let depth = 0;
  let levelEnd = 1;
  let from = 0;
  let fault: Fault | null = null;
  /** Steps so far that led to a state whose own steps are still to be taken. */
  let open = 0;

  for (; from < store.count; from++) {
    if (from === levelEnd) {
      depth++;
      levelEnd = store.count;
    }
    if (store.count >= limit) break;
    layout.unpack(store.chunkOf(from), store.offsetOf(from), state);
    next.set(state);
    const only = chosen(state);
    const first = only < 0 ? 0 : only;
    const openBefore = open;
    let moved = expand(first, only < 0 ? processes.length : only + 1);
    // The chosen one waits, or closes a circle: the others must not be silenced by it.
    if (only >= 0 && open === openBefore && fault === null)
      moved += expand(0, only) + expand(only + 1, processes.length);
    if (fault !== null) break;
    if (moved === 0) {
      fault = stuck() ?? system.atRest(state);
      if (fault !== null) break;
    }
  }

  function expand(first: number, end: number): number {
    let moved = 0;
    for (let nth = first; nth < end; nth++) {
      const { at, steps } = processes[nth]!;
      const step = steps[state[at]!]!;
      const ways = step.ways ?? 1;
      for (let way = 0; way < ways; way++) {
        const label = step.run(next, at, way);
        if (label === BLOCKED) continue;
        next[at] = label;
        moved++;
        transitions++;
        if (report.fault !== null) {
          fault = report.fault;
          return moved;
        }
        const known = enter(from);
        if (known < 0 || known > from) open++;
        for (let each = 0; each < size; each++) next[each] = state[each]!;
      }
    }
    return moved;
  }

  function enter(parent: number): number {
    canonical(next);
    layout.pack(next, store.candidate, 0);
    return store.add(parent);
  }

  function stuck(): Fault | null {
    for (const { name, at, rests, steps } of processes)
      if (!rests.includes(state[at]!)) {
        const step = steps[state[at]!]!;
        return { property: 'P14', text: `${name} waits for ever in ${step.in}(): ${step.does}` };
      }
    return null;
  }

  const complete = fault === null && from === store.count;
  const marks = report.marks;
  report.fault = null;
  return {
    verdict: fault !== null ? 'violated' : complete ? 'holds' : 'limit',
    states: store.count,
    transitions,
    depth,
    bytesPerState: store.bytes / store.count,
    fault,
    trace: fault === null ? [] : straighten(system, retrace(system, store, from, fault, canonical)),
    never: system.sometimes.filter((name, bit) => name !== '' && (marks & (1 << bit)) === 0),
  };
}

/** Turns a state into the one that stands for all that are equal to it but for the names of threads. */
function canonicalizer(system: System, symmetric: boolean): (state: Uint8Array) => void {
  const normalize = system.normalize ?? (() => undefined);
  const { symmetry } = system;
  if (!symmetric || symmetry === null || symmetry.count < 2) return normalize;
  const { base, length, count } = symmetry;
  const held = new Uint8Array(length);
  const less = (state: Uint8Array, a: number, b: number): boolean => {
    for (let each = 0; each < length; each++) {
      const difference = state[a + each]! - state[b + each]!;
      if (difference !== 0) return difference < 0;
    }
    return false;
  };
  return (state) => {
    normalize(state);
    // Insertion sort: threads are few, and mostly in order.
    for (let nth = 1; nth < count; nth++)
      for (let at = base + nth * length; at > base && less(state, at, at - length); at -= length) {
        held.set(state.subarray(at, at + length));
        state.copyWithin(at, at - length, at);
        state.set(held, at - length);
      }
  };
}
