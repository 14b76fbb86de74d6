import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../harness/model/protocol/checks.ts';
import { straighten } from '../../../harness/model/protocol/engine/straighten.ts';
import type { TraceStep } from '../../../harness/model/protocol/engine/trace.ts';
import { BLOCKED, type System } from '../../../harness/model/protocol/engine/types.ts';
import { MUTANTS } from '../../../harness/model/protocol/mutants.ts';
import { mutated, posted, runCheck, systemOf } from '../../../harness/model/protocol/run.ts';

const checkOf = (id: string) => CHECKS.find((check) => check.id === id)!;
const mutantOf = (id: string) => MUTANTS.find((mutant) => mutant.id === id)!;
const examples = [
  ...['lookup', 'parity', 'move'].map((id) => ({ check: checkOf(id), variant: posted(checkOf(id)) })),
  ...['direct-put', 'fork-without-section', 'ignores-empty-node'].map((id) => ({
    check: checkOf(mutantOf(id).check),
    variant: mutated(mutantOf(id)),
  })),
].map(({ check, variant }) => ({ check, variant, ...runCheck(check, variant) }));

/** How often another process goes on. */
const changes = (trace: readonly TraceStep[]): number =>
  trace.filter(({ who }, nth) => nth > 0 && trace[nth - 1]!.who !== who).length;

/** What a trace comes to: the fault of its last step, or of the rest after it; null where a step cannot be taken then. */
function comesTo(system: System, trace: readonly TraceStep[]): string | null | undefined {
  const { processes, report, layout } = system;
  const state = new Uint8Array(layout.size);
  system.start(state);
  report.fault = null;
  for (const { who, label, way } of trace) {
    const { at, steps } = processes.find(({ name }) => name === who)!;
    if (report.fault !== null || state[at] !== label) return null;
    const next = steps[label]!.run(state, at, way);
    if (next === BLOCKED) return null;
    state[at] = next;
  }
  return (report.fault ?? system.atRest(state))?.text;
}

/** Two steps next to each other change places, again and again, wherever it still comes to the same. */
function shuffled(system: System, trace: readonly TraceStep[], places: readonly number[]): TraceStep[] {
  let order = [...trace];
  const wanted = comesTo(system, order);
  for (const draw of places) {
    const at = draw % (order.length - 1);
    const other = order.with(at, order[at + 1]!).with(at + 1, order[at]!);
    if (order[at]!.who !== order[at + 1]!.who && comesTo(system, other) === wanted) order = other;
  }
  return order;
}

describe('a counterexample', () => {
  it.each(examples)('of $check.id comes to what it says, $fault.text', ({ check, variant, trace, fault }) => {
    expect(comesTo(systemOf(check, variant), trace)).toBe(fault?.text);
  });

  it('has as few changes of the thread as the story of the vmacache needs', () => {
    const [{ trace }] = examples as [(typeof examples)[0]];
    expect(changes(trace)).toBe(5);
  });

  it('gets back into shape from any order that comes to the same', () => {
    const worse = examples.map(() => 0);
    fc.assert(
      fc.property(
        fc.nat(examples.length - 1),
        fc.array(fc.nat(), { minLength: 200, maxLength: 200 }),
        (nth, places) => {
          const { check, variant, trace, fault } = examples[nth]!;
          const system = systemOf(check, variant);
          const other = shuffled(system, trace, places);
          const again = straighten(system, other);
          expect(comesTo(system, again)).toBe(fault?.text);
          expect(changes(again)).toBe(changes(trace));
          worse[nth]! += changes(other) > changes(trace) ? 1 : 0;
        },
      ),
      { numRuns: 60 },
    );
    expect(worse.filter((times) => times > 0).length).toBeGreaterThan(3);
  });
});
