import {
  type Condition,
  type Instruction,
  type Litmus,
  type Operand,
  type Place,
  UnsupportedLitmus,
} from './litmus.ts';

/**
 * `sc`: one memory, program order. `tso`: a store buffer for each thread (x86). `ppc64`: instructions are executed out
 * of order unless a dependency, a fence or the same location keeps them in it, and a store reaches each other thread in its own
 * time: the two halves of the operational model of POWER (Sarkar et al., PLDI 2011), without partial coherence
 * commitments, which a choice of the place in coherence order at the store makes unnecessary here.
 */
export type MemoryModel = 'sc' | 'tso' | 'ppc64';

export interface LitmusOutcome {
  readonly result: 'Never' | 'Sometimes';
  readonly states: number;
}

interface State {
  /** Of each thread: bits of the instructions executed. */
  readonly executed: number[];
  readonly registers: (number | undefined)[];
  /** Of each location: its stores in coherence order. */
  readonly order: number[][];
  /** Of each store: its value, the threads it has reached, and the stores that have to reach a thread before it does. */
  readonly value: number[];
  readonly reached: number[];
  readonly before: number[];
  /** Of each thread: the stores that a fence has put before its next ones; stores of its own in its buffer (tso). */
  readonly fenced: number[];
  readonly buffer: number[][];
  /** Of each thread that waits for a grace period: readers it waits for. */
  readonly waits: number[];
}

/** All ways the test can go. */
export function runLitmus(test: Litmus, model: MemoryModel, limit = 2_000_000): LitmusOutcome {
  const machine = new Machine(test, model);
  const first = machine.first();
  const seen = new Set([key(first)]);
  const open = [first];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const next = machine.successors(state);
    if (machine.ended(state) && machine.holds(test.exists, state))
      return { result: 'Sometimes', states: seen.size };
    for (const each of next) {
      const name = key(each);
      if (seen.has(name)) continue;
      seen.add(name);
      if (seen.size > limit) throw new UnsupportedLitmus(`more than ${limit} states`);
      open.push(each);
    }
  }
  return { result: 'Never', states: seen.size };
}

/** A state as a string: numbers of up to 32 bits as two characters each. */
function key(state: State): string {
  const codes: number[] = [];
  const put = (values: readonly (number | undefined)[]): void => {
    codes.push(values.length);
    for (const value of values) codes.push((value ?? -1) & 0xffff, (value ?? -1) >>> 16);
  };
  put(state.executed);
  put(state.registers);
  state.order.forEach(put);
  put(state.value);
  put(state.reached);
  put(state.before);
  put(state.fenced);
  state.buffer.forEach(put);
  put(state.waits);
  return String.fromCharCode(...codes);
}

class Machine {
  private readonly model: MemoryModel;
  private readonly threads: Litmus['threads'];
  private readonly locations: string[];
  private readonly registers: string[];
  private readonly initial: readonly number[];
  private readonly everybody: number;
  private readonly firstStore: number[];

  constructor({ threads, initial, exists }: Litmus, model: MemoryModel) {
    this.model = model;
    this.threads = threads;
    this.locations = [...new Set([...initial.keys(), ...threads.flat().flatMap(placesOf), ...named(exists)])];
    this.registers = threads.flatMap((each, thread) => registersOf(each).map((name) => `${thread}:${name}`));
    this.everybody = 2 ** threads.length - 1;
    this.initial = this.locations.map((name) => {
      const value = initial.get(name);
      return value === undefined ? 0 : this.constant(value);
    });
    this.firstStore = threads.map((_, nth) =>
      threads.slice(0, nth).reduce((sum, each) => sum + each.length, 0),
    );
    if (threads.flat().length > 30) throw new UnsupportedLitmus('more than 30 instructions');
  }

  first(): State {
    const size = this.threads.flat().length;
    return {
      executed: this.threads.map(() => 0),
      registers: this.registers.map(() => undefined),
      order: this.locations.map(() => []),
      value: new Array<number>(size).fill(0),
      reached: new Array<number>(size).fill(0),
      before: new Array<number>(size).fill(0),
      fenced: this.threads.map(() => 0),
      buffer: this.threads.map(() => []),
      waits: this.threads.map(() => 0),
    };
  }

  ended({ executed, buffer }: State): boolean {
    return (
      this.threads.every((each, nth) => executed[nth] === 2 ** each.length - 1) &&
      buffer.every((stores) => stores.length === 0)
    );
  }

  holds(condition: Condition, state: State): boolean {
    if ('all' in condition) return condition.all.every((each) => this.holds(each, state));
    if ('any' in condition) return condition.any.some((each) => this.holds(each, state));
    if ('not' in condition) return !this.holds(condition.not, state);
    const wanted = this.constant(condition.is);
    if ('register' in condition)
      return (
        (state.registers[this.registers.indexOf(`${condition.thread}:${condition.register}`)] ?? 0) === wanted
      );
    const location = this.locations.indexOf(condition.location);
    const last = state.order[location]!.at(-1);
    return (last === undefined ? this.initial[location]! : state.value[last]!) === wanted;
  }

  successors(state: State): State[] {
    const forGood = this.model === 'ppc64' ? this.reachesTheDone(state) : null;
    if (forGood !== null) return [forGood];
    const next: State[] = [];
    this.threads.forEach((each, thread) => {
      each.forEach((instruction, nth) => {
        if ((state.executed[thread]! & (1 << nth)) === 0 && this.ready(state, thread, nth))
          next.push(...this.execute(state, thread, nth, instruction));
      });
    });
    next.push(...(this.model === 'tso' ? this.drain(state) : this.propagate(state)));
    return next;
  }

  /** May the instruction be executed before the earlier ones that were not? */
  private ready(state: State, thread: number, nth: number): boolean {
    const all = this.threads[thread]!;
    const instruction = all[nth]!;
    for (let earlier = 0; earlier < nth; earlier++) {
      if ((state.executed[thread]! & (1 << earlier)) !== 0) continue;
      if (this.model !== 'ppc64' || this.ordered(state, thread, all[earlier]!, instruction)) return false;
    }
    return true;
  }

  private ordered(state: State, thread: number, earlier: Instruction, later: Instruction): boolean {
    const holdsLater = ['fence', 'lock', 'rcuLock', 'gracePeriodBegins', 'gracePeriodEnds'];
    if (holdsLater.includes(earlier.op)) return true;
    if (['fence', 'rcuUnlock', 'gracePeriodBegins', 'gracePeriodEnds'].includes(later.op)) return true;
    if (earlier.op === 'rcuUnlock') return false;
    const sets = 'register' in earlier ? earlier.register : null;
    if (sets !== null && (usesOf(later).includes(sets) || ('register' in later && later.register === sets)))
      return true;
    // A load may run ahead of a branch; nothing else may.
    if (sets !== null && later.op !== 'load' && (later.when ?? []).some(({ register }) => register === sets))
      return true;
    const [here, there] = [this.target(state, thread, earlier), this.target(state, thread, later)];
    return here === null || there === null || here === there;
  }

  /** The location of an access; null while the address is not known. */
  private target(state: State, thread: number, instruction: Instruction): number | null {
    if (instruction.op === 'lock') return this.locations.indexOf(instruction.lock);
    const place = instruction.op === 'load' ? instruction.from : 'to' in instruction ? instruction.to : null;
    if (place === null) return null;
    if ('location' in place) return this.locations.indexOf(place.location);
    const address = this.read(state, thread, place.through);
    return address === undefined ? null : address - ADDRESS;
  }

  private execute(state: State, thread: number, nth: number, instruction: Instruction): State[] {
    const guard = this.guard(state, thread, instruction);
    if (guard === 'false') return [this.done(state, thread, nth)];
    if (guard === 'unknown' && instruction.op !== 'load') return [];
    switch (instruction.op) {
      case 'load': {
        const from = this.target(state, thread, instruction);
        if (from === null) return [];
        const next = this.done(state, thread, nth);
        if (this.locations[from] === undefined) return [];
        next.registers[this.register(thread, instruction.register)] = this.seen(state, thread, from);
        return [next];
      }
      case 'store': {
        const to = this.target(state, thread, instruction);
        const value = this.operand(state, thread, instruction.value);
        if (to === null || value === undefined || this.locations[to] === undefined) return [];
        return this.store(state, thread, nth, to, value);
      }
      case 'add':
      case 'lock': {
        // An atomic operation is next in coherence order to the store it reads: the last one, which must have got here.
        const to = this.target(state, thread, instruction);
        if (to === null) return [];
        if (this.model === 'tso' && state.buffer[thread]!.length > 0) return [];
        const last = state.order[to]!.at(-1);
        if (last !== undefined && (state.reached[last]! & (1 << thread)) === 0) return [];
        const old = last === undefined ? this.initial[to]! : state.value[last]!;
        if (instruction.op === 'lock' && old !== 0) return [];
        const value = instruction.op === 'lock' ? 1 : old + instruction.by;
        const next = this.done(state, thread, nth);
        this.commit(next, thread, nth, to, value, next.order[to]!.length);
        if (this.model !== 'ppc64') next.reached[this.id(thread, nth)] = this.everybody;
        if (instruction.op === 'add' && instruction.register !== null)
          next.registers[this.register(thread, instruction.register)] = value;
        return [next];
      }
      case 'fence': {
        if (instruction.kind === 'full') {
          if (state.buffer[thread]!.length > 0) return [];
          const here = this.reaching(state, thread);
          for (let store = 0; store < state.reached.length; store++)
            if ((here & (1 << store)) !== 0 && state.reached[store] !== this.everybody) return [];
        }
        const next = this.done(state, thread, nth);
        if (this.model === 'ppc64') next.fenced[thread]! |= this.reaching(state, thread);
        return [next];
      }
      case 'gracePeriodBegins': {
        const next = this.done(state, thread, nth);
        this.threads.forEach((_, other) => {
          if (this.inside(state, other)) next.waits[thread]! |= 1 << other;
        });
        return [next];
      }
      case 'gracePeriodEnds': {
        for (let other = 0; other < this.threads.length; other++) {
          if ((state.waits[thread]! & (1 << other)) === 0) continue;
          if (this.inside(state, other) || state.buffer[other]!.length > 0) return [];
          // What the reader stored is here before the end.
          for (let store = 0; store < state.reached.length; store++) {
            const its = this.threadOf(store) === other && state.reached[store] !== 0;
            if (its && (state.reached[store]! & (1 << thread)) === 0) return [];
          }
        }
        const next = this.done(state, thread, nth);
        next.waits[thread] = 0;
        return [next];
      }
      case 'rcuLock':
      case 'rcuUnlock':
        return [this.done(state, thread, nth)];
    }
  }

  /** A store can take any place in coherence order behind what its thread has seen. */
  private store(state: State, thread: number, nth: number, to: number, value: number): State[] {
    const id = this.id(thread, nth);
    if (this.model === 'tso') {
      const next = this.done(state, thread, nth);
      next.value[id] = value;
      next.buffer[thread]!.push(id);
      return [next];
    }
    const order = state.order[to]!;
    let from = 0;
    order.forEach((store, at) => {
      if ((state.reached[store]! & (1 << thread)) !== 0) from = at + 1;
    });
    if (this.model === 'sc') from = order.length;
    const made: State[] = [];
    for (let at = from; at <= order.length; at++) {
      // Nothing comes between an atomic operation and the store it read.
      if (at < order.length && this.isAtomic(order[at]!)) continue;
      const next = this.done(state, thread, nth);
      this.commit(next, thread, nth, to, value, at);
      if (this.model === 'sc') next.reached[id] = this.everybody;
      made.push(next);
    }
    return made;
  }

  private commit(next: State, thread: number, nth: number, to: number, value: number, at: number): void {
    const id = this.id(thread, nth);
    next.value[id] = value;
    next.order[to]!.splice(at, 0, id);
    next.reached[id] = 1 << thread;
    next.before[id] = next.fenced[thread]!;
  }

  /** A store reaches one more thread, behind all that a fence put before it. */
  private propagate(state: State): State[] {
    const next: State[] = [];
    for (let store = 0; store < state.reached.length; store++)
      for (let thread = 0; thread < this.threads.length; thread++)
        if (this.mayReach(state, store, thread)) next.push(this.reach(state, store, thread));
    return next;
  }

  /**
   * A store that reaches a thread with nothing left to execute changes nothing for it, and only allows others more: it is
   * done at once, and alone.
   */
  private reachesTheDone(state: State): State | null {
    for (let thread = 0; thread < this.threads.length; thread++) {
      if (state.executed[thread] !== 2 ** this.threads[thread]!.length - 1) continue;
      for (let store = 0; store < state.reached.length; store++)
        if (this.mayReach(state, store, thread)) return this.reach(state, store, thread);
    }
    return null;
  }

  private mayReach(state: State, store: number, thread: number): boolean {
    const reached = state.reached[store]!;
    if (reached === 0 || (reached & (1 << thread)) !== 0) return false;
    return (state.before[store]! & ~this.reaching(state, thread)) === 0;
  }

  /** With the store come the fences before it: they hold for what the thread stores from now on (cumulativity). */
  private reach(state: State, store: number, thread: number): State {
    const after = copy(state);
    after.reached[store]! |= 1 << thread;
    after.fenced[thread]! |= state.before[store]!;
    return after;
  }

  /** The oldest store of a buffer goes to memory, for all to see. */
  private drain(state: State): State[] {
    return state.buffer.flatMap((stores, thread) => {
      if (stores.length === 0) return [];
      const next = copy(state);
      const id = next.buffer[thread]!.shift()!;
      const instruction = this.threads[thread]![id - this.firstStore[thread]!]!;
      const to = this.target(state, thread, instruction)!;
      next.order[to]!.push(id);
      next.reached[id] = this.everybody;
      return [next];
    });
  }

  /** What a load of the thread finds: the last of the stores that have reached it. */
  private seen(state: State, thread: number, location: number): number {
    for (const own of state.buffer[thread]!.toReversed()) {
      const instruction = this.threads[thread]![own - this.firstStore[thread]!]!;
      if (this.target(state, thread, instruction) === location) return state.value[own]!;
    }
    const last = state.order[location]!.findLast((store) => (state.reached[store]! & (1 << thread)) !== 0);
    return last === undefined ? this.initial[location]! : state.value[last]!;
  }

  private reaching({ reached }: State, thread: number): number {
    let set = 0;
    reached.forEach((threads, store) => {
      if ((threads & (1 << thread)) !== 0) set |= 1 << store;
    });
    return set;
  }

  private inside({ executed }: State, thread: number): boolean {
    let depth = 0;
    this.threads[thread]!.forEach(({ op }, nth) => {
      if ((executed[thread]! & (1 << nth)) !== 0) depth += op === 'rcuLock' ? 1 : op === 'rcuUnlock' ? -1 : 0;
    });
    return depth > 0;
  }

  private guard(state: State, thread: number, { when = [] }: Instruction): 'true' | 'false' | 'unknown' {
    let known: 'true' | 'unknown' = 'true';
    for (const { register, nonzero } of when) {
      const value = this.read(state, thread, register);
      if (value === undefined) known = 'unknown';
      else if ((value !== 0) !== nonzero) return 'false';
    }
    return known;
  }

  private done(state: State, thread: number, nth: number): State {
    const next = copy(state);
    next.executed[thread]! |= 1 << nth;
    return next;
  }

  private isAtomic(store: number): boolean {
    const thread = this.threadOf(store);
    const { op } = this.threads[thread]![store - this.firstStore[thread]!]!;
    return op === 'lock' || op === 'add';
  }

  private threadOf(store: number): number {
    return this.firstStore.findLastIndex((first) => first <= store);
  }

  private id(thread: number, nth: number): number {
    return this.firstStore[thread]! + nth;
  }

  private register(thread: number, name: string): number {
    return this.registers.indexOf(`${thread}:${name}`);
  }

  private read(state: State, thread: number, name: string): number | undefined {
    return state.registers[this.register(thread, name)];
  }

  private operand(state: State, thread: number, operand: Operand): number | undefined {
    return 'register' in operand ? this.read(state, thread, operand.register) : this.constant(operand);
  }

  private constant(operand: Operand): number {
    if ('number' in operand) return operand.number;
    return 'address' in operand ? ADDRESS + this.locations.indexOf(operand.address) : 0;
  }
}

/** Addresses are numbers that no test stores as numbers. */
const ADDRESS = 1000;

function copy(state: State): State {
  return {
    executed: state.executed.slice(),
    registers: state.registers.slice(),
    order: state.order.map((each) => each.slice()),
    value: state.value.slice(),
    reached: state.reached.slice(),
    before: state.before.slice(),
    fenced: state.fenced.slice(),
    buffer: state.buffer.map((each) => each.slice()),
    waits: state.waits.slice(),
  };
}

function placesOf(instruction: Instruction): string[] {
  if (instruction.op === 'lock') return [instruction.lock];
  const place: Place | null =
    instruction.op === 'load' ? instruction.from : 'to' in instruction ? instruction.to : null;
  return place !== null && 'location' in place ? [place.location] : [];
}

function named(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(named);
  if ('any' in condition) return condition.any.flatMap(named);
  if ('not' in condition) return named(condition.not);
  return 'location' in condition ? [condition.location] : [];
}

function registersOf(instructions: readonly Instruction[]): string[] {
  return [
    ...new Set(
      instructions.flatMap((each) => ('register' in each && each.register !== null ? [each.register] : [])),
    ),
  ];
}

/** Registers that an instruction needs before it can be executed. */
function usesOf(instruction: Instruction): string[] {
  const place: Place | null =
    instruction.op === 'load' ? instruction.from : 'to' in instruction ? instruction.to : null;
  const used = place !== null && 'through' in place ? [place.through] : [];
  if (instruction.op === 'store' && 'register' in instruction.value) used.push(instruction.value.register);
  return used;
}
