import type { Check } from '../../model/protocol/checks.ts';
import type { TraceStep } from '../../model/protocol/engine/trace.ts';
import type { Fault } from '../../model/protocol/engine/types.ts';
import type { ScheduleFile } from '../schedule.ts';
import { signalResult } from '../result.ts';
import { type Program, programOf } from './programs.ts';
import { profileFor, type Symptom, SYMPTOMS } from './symptoms.ts';

type StepFile = Record<string, string | number>;

export interface Counterexample {
  readonly check: Check;
  /** Of the model, by its id. */
  readonly mutant: string | null;
  readonly fault: Fault;
  /** One actor's steps in a row as far as can be: engine/straighten.ts. */
  readonly trace: readonly TraceStep[];
}

/** Thrown within, caught by scheduleOf(). */
class Untranslatable extends Error {}

/** The process of the model that is no thread of a program. */
const RCU = 'rcu';

/**
 * The schedule that does in a kernel what a counterexample does in the model: while an actor takes its steps in a row it runs, and it is
 * kept at the place of its next step.
 *
 * @returns why there is none: a place where nobody can be kept, a call that no program makes, a harm that does not show.
 */
export function scheduleOf(example: Counterexample): ScheduleFile | string {
  try {
    return new Translation(example).schedule();
  } catch (error) {
    if (error instanceof Untranslatable) return error.message;
    throw error;
  }
}

/** A thread of the model, and how far it is. */
interface Part {
  readonly name: string;
  readonly steps: readonly TraceStep[];
  readonly operations: string[];
  taken: number;
  /** The operation that it is in or has done, from 1; 0 before the first. */
  operation: number;
  /** It is kept at the beginning of this operation. */
  before: number | null;
}

class Translation {
  readonly #example: Counterexample;
  readonly #symptom: Symptom;
  readonly #program: Program;
  readonly #parts: readonly Part[];
  readonly #steps: StepFile[] = [];

  constructor(example: Counterexample) {
    const { check, fault, trace } = example;
    const symptom = SYMPTOMS[fault.property];
    if (symptom === undefined)
      throw new Untranslatable(`${fault.property} shows in nothing that a program or a detector sees`);
    this.#example = example;
    this.#symptom = symptom;
    this.#program = programOf(check, trace);
    const names = [...new Set(trace.map(({ who }) => who))].filter((name) => name !== RCU);
    this.#parts = names.map((who) => ({
      name: who.toLowerCase(),
      steps: trace.filter((step) => step.who === who),
      ...{ operations: [], taken: 0, operation: 0, before: 1 },
    }));
  }

  schedule(): ScheduleFile {
    const { check, mutant, fault, trace } = this.#example;
    for (const { who, begins } of trace) if (begins !== null) this.#addOperation(this.#part(who), begins);
    const expect = this.#witness();
    const held = this.#remember();
    const runs = inRuns(trace);
    for (const [nth, run] of runs.entries()) {
      if (run[0]!.who === RCU) this.#graceIsOver(run);
      else this.#run(run, trace, nth === runs.length - 1, held);
    }
    this.#finish(runs);
    return {
      title: `${check.title}: ${fault.property}`,
      story: `${fault.text}. Made from the protocol model's counterexample.`,
      model: { check: check.id, ...(mutant !== null && { mutant }) },
      profile: profileFor(this.#symptom),
      setup: this.#program.setup,
      actors: Object.fromEntries(this.#parts.map(({ name, operations }) => [name, operations.join('; ')])),
      steps: this.#steps,
      expect,
    };
  }

  #part(who: string): Part {
    const found = this.#parts.find(({ name }) => name === who.toLowerCase());
    if (found === undefined) throw new Error(`no part ${who}`);
    return found;
  }

  #addOperation({ operations }: Part, begun: NonNullable<TraceStep['begins']>): void {
    const made = this.#program.operation(begun);
    if ('lacks' in made) throw new Untranslatable(made.lacks);
    operations.push(made.text);
  }

  /** Operations that look for the harm, at the end of a thread that stores, and what they return when it is there. */
  #witness(): ScheduleFile['expect'] {
    const symptom = this.#symptom;
    if (symptom.kind === 'finding') return { finding: symptom.words };
    const storers = this.#parts.filter(({ operations }) => operations.some((one) => one.startsWith('store')));
    const last = this.#part(this.#example.trace.findLast(({ who }) => who !== RCU)!.who);
    const witness = storers.includes(last) ? last : storers[0];
    if (witness === undefined) throw new Untranslatable('nobody stores in it');
    const { name: actor, operations } = witness;
    const result = (operation: number, is: number) => ({ actor, operation, is });
    switch (symptom.kind) {
      case 'refused':
        return {
          results: storers.flatMap(({ name, operations: all }) =>
            all.flatMap((_, nth) =>
              SEGV_CODES.map((code) => ({
                actor: name,
                operation: nth + 1,
                is: signalResult({ signal: SIGSEGV, code }),
              })),
            ),
          ),
        };
      case 'still-writable':
        operations.push(operations.findLast((one) => one.startsWith('store'))!);
        return { results: [result(operations.length, 0)] };
      case 'lost': {
        const looks = this.#program.stored().map((place) => `load ${place}`);
        operations.push(...looks);
        return {
          results: looks.map((_, nth) => result(operations.length - looks.length + nth + 1, 0)),
        };
      }
    }
  }

  /** VMAs that a place is to be known by: a call that changes nothing shows where each of them is. */
  #remember(): ReadonlyMap<number, string> {
    const held = new Map<number, string>();
    for (const part of this.#parts)
      for (const [nth, { holds, step, who }] of part.steps.entries())
        if (holds !== null && step.at !== undefined && step.at !== CALL_RCU && nth > 0)
          if (this.#example.trace[this.#example.trace.indexOf(part.steps[nth]!) - 1]?.who !== who)
            held.set(holds, `vma${holds}`);
    const caller = this.#parts.find(({ operations }) =>
      operations.every((one) => !/^(load|store)/.test(one)),
    );
    if (held.size === 0) return held;
    if (caller === undefined) throw new Untranslatable('nobody makes a system call in it');
    const looks = [...held.keys()].map((vma) => `protect ${this.#program.areaOf(vma)} 16 rw`);
    caller.operations.unshift(...looks);
    [...held.values()].forEach((remember, nth) => {
      this.#steps.push(
        { run: caller.name, until: 'mprotect_fixup', remember, note: 'it changes nothing' },
        { run: caller.name, until: `operation ${nth + 2}` },
      );
    });
    caller.operation = looks.length;
    caller.before = looks.length + 1;
    return held;
  }

  #run(
    run: readonly TraceStep[],
    trace: readonly TraceStep[],
    isLast: boolean,
    held: ReadonlyMap<number, string>,
  ): void {
    const part = this.#part(run[0]!.who);
    let from = 0;
    for (const [nth, { step, holds, begins }] of run.entries()) {
      // A run goes to the end of one operation at most.
      if (begins !== null && nth > 0) {
        this.#runTo(part, part.operation + 1, step.does);
        from = nth;
      }
      if (begins !== null) part.operation++;
      const queued =
        step.at === CALL_RCU && trace.some(({ who, holds: freed }) => who === RCU && freed === holds);
      if (queued) {
        this.#steps.push({ run: part.name, until: CALL_RCU, remember: `head${holds}`, note: step.does });
        part.before = null;
        from = nth;
      }
    }
    part.taken += run.length;
    if (isLast) return;
    const next = part.steps[part.taken];
    if (next === undefined) return this.#runTo(part, part.operation + 1, 'its steps are done');
    const begun = part.steps[part.taken - 1]?.begins ?? null;
    if (next.begins !== null) return this.#runTo(part, part.operation + 1, next.step.does);
    // The access itself, in user mode: nothing happens between the mark of the operation and that.
    if (next.step.at === undefined && begun !== null)
      return this.#runTo(part, part.operation, next.step.does);
    const { at, does } = next.step;
    if (at === undefined)
      throw new Untranslatable(`nobody can be kept before ${next.step.in}(): ${next.step.does}`);
    const name = next.holds === null ? undefined : held.get(next.holds);
    const times = run.slice(from + 1).filter(({ step }) => step.at === at).length + 1;
    this.#steps.push({
      ...{ run: part.name, until: at },
      ...(name !== undefined ? { holding: name } : times > 1 ? { times } : {}),
      note: does,
    });
    part.before = null;
  }

  #runTo(part: Part, operation: number, note: string): void {
    if (part.before === operation) return;
    const until = operation > part.operations.length ? 'end' : `operation ${operation}`;
    this.#steps.push({ run: part.name, until, note });
    part.before = operation;
  }

  #graceIsOver(run: readonly TraceStep[]): void {
    for (const { holds, step } of run)
      this.#steps.push(
        { wait: step.at!, argument: `head${holds}`, note: step.does },
        { wait: `${step.at}: return` },
      );
  }

  /** Whoever took the last step does what is left first, and who looks for lost stores looks when all are done. */
  #finish(runs: readonly (readonly TraceStep[])[]): void {
    const last = this.#part(runs.findLast(([first]) => first!.who !== RCU)![0]!.who);
    const looks = (part: Part): boolean =>
      this.#symptom.kind === 'lost' && part.operations.at(-1)!.startsWith('load');
    const order = [last, ...this.#parts.filter((part) => part !== last)];
    for (const part of [...order.filter((one) => !looks(one)), ...order.filter(looks)])
      if (part.before !== part.operations.length + 1) this.#steps.push({ run: part.name, until: 'end' });
  }
}

const CALL_RCU = 'call_rcu';
const SIGSEGV = 11;
/** SEGV_MAPERR and SEGV_ACCERR, include/uapi/asm-generic/siginfo.h. */
const SEGV_CODES = [1, 2];

/** Steps of one process that stand next to each other. */
function inRuns(trace: readonly TraceStep[]): TraceStep[][] {
  const runs: TraceStep[][] = [];
  for (const step of trace) {
    const run = runs.at(-1);
    if (run?.[0]?.who === step.who) run.push(step);
    else runs.push([step]);
  }
  return runs;
}
