import { traced, type TraceStep } from './trace.ts';
import { BLOCKED, type Fault, type Process, type System } from './types.ts';

/**
 * What a change of the process costs; how much dearer it is where the one that waits cannot be kept in a kernel or holds others
 * up there, and a step is that is taken while an eager process could take one.
 */
const CHANGE = 1;
const NOWHERE = 4;
const LOCKED = 2;
const DELAY = 4;
/** Orders of a trace that are looked at before the first one is good enough. */
const MOST = 200_000;

interface Node {
  readonly state: Uint8Array;
  /** Steps taken so far, by process. */
  readonly taken: readonly number[];
  readonly last: number;
  readonly step: TraceStep | null;
  readonly before: Node | null;
}

/**
 * A search in breadth gives the fewest steps, in any order that will do. This is the same trace with as few changes from one process
 * to another as can be: each process takes the steps that it took, and what is broken at the end is the same.
 */
export function straighten(system: System, trace: readonly TraceStep[]): readonly TraceStep[] {
  const { processes, report } = system;
  const ways = processes.map(({ name }) => trace.filter(({ who }) => who === name));
  const end = runAll(system, trace);
  const start = new Uint8Array(system.layout.size);
  system.start(start);

  const best = new Map<string, number>();
  /** Nodes by what it cost to come to them. */
  const queue: Node[][] = [[{ state: start, taken: ways.map(() => 0), last: -1, step: null, before: null }]];
  for (let price = 0; price < queue.length; price++)
    for (let node; (node = queue[price]?.pop()) !== undefined;) {
      if (best.size > MOST) return trace;
      if (node.taken.every((count, nth) => count === ways[nth]!.length)) return stepsTo(node);
      for (const [nth, process] of processes.entries()) {
        const next = follow(node, nth, process);
        if (next === null) continue;
        const cost = price + priceOf(node, nth);
        const key = `${nth} ${next.taken.join()} ${Buffer.from(next.state).toString('latin1')}`;
        if ((best.get(key) ?? Infinity) <= cost) continue;
        best.set(key, cost);
        (queue[cost] ??= []).push(next);
        for (let each = 0; each < cost; each++) queue[each] ??= [];
      }
    }
  return trace;

  /** The next step of a process of the trace; null where it cannot be taken, or leads elsewhere. */
  function follow(node: Node, nth: number, process: Process): Node | null {
    const { at } = process;
    const wanted = ways[nth]![node.taken[nth]!];
    if (wanted === undefined || node.state[at] !== wanted.label) return null;
    const state = node.state.slice();
    report.fault = null;
    const label = process.steps[wanted.label]!.run(state, at, wanted.way);
    const fault = report.fault as Fault | null;
    report.fault = null;
    if (label === BLOCKED) return null;
    state[at] = label;
    const taken = node.taken.map((count, each) => (each === nth ? count + 1 : count));
    const done = taken.every((count, each) => count === ways[each]!.length);
    if (fault?.text !== (done ? end.fault?.text : undefined)) return null;
    if (done && end.fault === null && !state.every((value, each) => value === end.state[each])) return null;
    return { state, taken, last: nth, step: traced(process, node.state, wanted.way), before: node };
  }

  function priceOf(node: Node, nth: number): number {
    const delayed = processes.some(
      (process, each) => process.eager === true && each !== nth && follow(node, each, process) !== null,
    );
    return changePrice(node, nth) + (delayed ? DELAY : 0);
  }

  function changePrice({ last, taken }: Node, nth: number): number {
    if (last < 0 || last === nth) return 0;
    const left = ways[last]![taken[last]!];
    if (left === undefined || left.begins !== null) return CHANGE;
    const { at, locked } = left.step;
    return CHANGE + (at === undefined ? NOWHERE : 0) + (locked === true ? LOCKED : 0);
  }
}

/** How things are after the trace, and what its last step breaks. */
function runAll({ layout, processes, report, start }: System, trace: readonly TraceStep[]) {
  const state = new Uint8Array(layout.size);
  start(state);
  report.fault = null;
  for (const { who, label, way } of trace) {
    const { at, steps } = processes.find(({ name }) => name === who)!;
    state[at] = steps[label]!.run(state, at, way);
  }
  const fault = report.fault as Fault | null;
  report.fault = null;
  return { state, fault };
}

function stepsTo(node: Node): TraceStep[] {
  const steps: TraceStep[] = [];
  for (let each: Node | null = node; each !== null; each = each.before)
    if (each.step !== null) steps.push(each.step);
  return steps.reverse();
}
