import { RigError } from '../base/errors.ts';
import { type Actor, MARK, type Mark, type Place, placeText, stackOf } from './cast.ts';
import type { House, Look } from './house.ts';
import { type Event, type Outcome, type Reached, waitsFor } from './outcome.ts';
import type { Point } from './point.ts';
import { resultText } from './result.ts';
import { type DirectedSchedule, type Goal, GRACE_PERIOD, type RunStep, type Step } from './schedule.ts';

export interface Premises {
  readonly house: House;
  readonly cast: readonly Actor[];
  readonly stackBytes: number;
  /** Addresses of each point of the schedule by its text, and of the function that sees the marks. */
  readonly addresses: ReadonlyMap<string, readonly bigint[]>;
  readonly marks: readonly bigint[];
  /** Code that nobody executes while the director is there, of so many bytes: see keep(). */
  readonly spare: { readonly address: bigint; readonly bytes: number };
  /** The function that has an address. */
  readonly nameOf: (address: bigint) => string;
  /** The kernel stack of a sleeping thread as names of functions; the machine runs meanwhile. Empty when it does not say. */
  readonly sleeperStack: (tid: number) => Promise<readonly string[]>;
  /** Milliseconds since the beginning. */
  readonly clock: () => number;
}

/** Thrown within a step, caught by play(). */
class Deviation extends Error {
  readonly kind: 'left' | 'infeasible';
  constructor(kind: 'left' | 'infeasible', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** How far into an object a register may point that holds it: to the node of a tree in it, but not into its neighbour in the slab. */
const HELD_BYTES = 128;

/** Decides what a stop at a point means. True ends the waiting. */
type Watch = (look: Look, actor: Actor | undefined, address: bigint) => Promise<boolean> | boolean;

/**
 * Lets the actors of a schedule go where it wants, one at a time.
 *
 * An actor is kept by moving its program counter to an instruction that jumps to itself, in code that nobody executes: the
 * instruction is the actor's own, so nobody else is caught in it, and the CPU goes on to take interrupts, to preempt, and
 * to report quiescent states wherever the actor's place allows it. To go on, its program counter gets its value back.
 */
export class Director {
  readonly events: Event[] = [];
  /** Points at which actors were kept, in their order. */
  readonly reached: Reached[] = [];
  readonly #premises: Premises;
  readonly #remembered = new Map<string, bigint>();
  /** Addresses at which the machine stops. */
  readonly #armed = new Set<bigint>();
  #covered: Buffer | undefined;
  /** Counts what happened to the actors, as their clock. */
  #tick = 0;

  constructor(premises: Premises) {
    this.#premises = premises;
  }

  /** The machine must stand. Every actor is kept at the beginning of its first operation when this resolves. */
  async gather(within: number): Promise<void> {
    const { house, cast, marks, spare } = this.#premises;
    const bytes = cast.length * house.processor.spin.length;
    if (bytes > spare.bytes) throw new RigError(`${cast.length} actors are too many for the spare code`);
    const somebody = await this.#inKernel();
    this.#covered = await house.stub.readMemory(somebody, spare.address, bytes);
    await house.stub.writeMemory(
      somebody,
      spare.address,
      Buffer.concat(cast.map(() => house.processor.spin)),
    );
    await this.#arm(marks);
    const all = await this.#until(within, async (look, actor, address) => {
      if (actor !== undefined && marks.includes(address)) await this.#keep(look, actor, atOperation(0));
      return cast.every(({ kept }) => kept !== undefined);
    });
    if (!all) throw new RigError(`not every actor was ready within ${within} s`);
    this.#say('every actor is at the beginning of its first operation');
  }

  async play({ steps }: Pick<DirectedSchedule, 'steps'>): Promise<Outcome> {
    for (const [index, step] of steps.entries()) {
      try {
        await this.#take(step);
      } catch (error) {
        if (!(error instanceof Deviation)) throw error;
        this.#say(`step ${index + 1}: ${error.message}`);
        return { kind: error.kind, step: index + 1, text: error.message };
      }
    }
    return { kind: 'played' };
  }

  /** Lets every actor go, and the machine run as if nobody had been there. Never leaves it standing. */
  async leave(): Promise<void> {
    const { house, cast, spare } = this.#premises;
    try {
      await this.#stand();
      await this.#disarm([...this.#armed]);
      for (const actor of cast) if (actor.kept !== undefined) await this.#letGo(actor);
      await this.#stand();
      if (this.#covered !== undefined)
        await house.stub.writeMemory(await this.#inKernel(), spare.address, this.#covered);
    } finally {
      await house.stub.detach();
    }
  }

  async #take(step: Step): Promise<void> {
    if ('run' in step) return this.#run(step);
    if (step.wait !== 'a grace period') return this.#wait(step);
    for (const point of GRACE_PERIOD) {
      if (await this.#passBy(point, undefined, step.within)) continue;
      const late = `no grace period ended within ${step.within} s${this.#keptText()}`;
      if (!step.perhaps) throw new Deviation('infeasible', `${late}: it may wait for one of them`);
      return this.#say(late);
    }
  }

  async #run(step: RunStep): Promise<void> {
    const { run, until, times, remember, within, perhaps } = step;
    const { marks } = this.#premises;
    const actor = this.#actor(run);
    const wanted = until.kind === 'point' ? this.#addresses(until.point) : [];
    if (!perhaps) this.#insistOnRoom(actor, until, wanted);
    const goal = until.kind === 'point' ? undefined : until.kind === 'end' ? actor.operations : until.index;
    if (goal !== undefined && goal > actor.operations)
      throw new Deviation('left', `${run} has no operation ${goal + 1}`);
    if (perhaps && this.#isBeyond(actor, goal)) return;
    // A step before may have left it running.
    if (actor.kept !== undefined) await this.#letGo(actor);
    const began = actor.operation;
    let passed = 0;
    let elsewhere: string | undefined;
    const came = await this.#withPoints(wanted, () =>
      this.#until(within, async (look, who, address) => {
        const marked = marks.includes(address);
        if (who !== actor) {
          // One that did not come where it should is caught where its next operation begins.
          if (marked && who !== undefined) await this.#keep(look, who, atOperation(who.operation));
          return false;
        }
        if (wanted.includes(address)) {
          if (++passed < times || !(await this.#holds(look, step))) return false;
          if (remember !== undefined) this.#remembered.set(remember, await this.#worth(look, until));
          await this.#keep(look, actor, { kind: 'point', text: goalText(until) });
          return true;
        }
        if (!marked) return false;
        // A new operation, and the goal is behind it or was within the one before.
        if (goal !== undefined ? actor.operation < goal : actor.operation === began) return false;
        await this.#keep(look, actor, atOperation(actor.operation));
        if (goal !== undefined && actor.operation === goal) return true;
        const result = resultText(actor.results.at(-1) ?? 0n);
        const often = passed > 0 ? `, which it came to ${passed} times` : '';
        elsewhere = `${run} ended its operation ${actor.operation} (${result}) without coming to ${goalText(until)}${often}`;
        return true;
      }),
    );
    if (elsewhere !== undefined) {
      if (!perhaps) throw new Deviation('left', elsewhere);
      return this.#say(elsewhere);
    }
    if (came) {
      if (until.kind === 'point')
        this.reached.push({ actor: run, operation: actor.operation, point: until.point.text });
      return this.#say(`${run} is at ${goalText(until)}`);
    }
    const late = `${run} did not come to ${goalText(until)} within ${within} s`;
    if (!perhaps) throw await this.#whyNot(actor, late);
    this.#say(`${late}${this.#keptText()}, and goes on`);
  }

  /** It has been where it should go to; a point may come again, but not when all is done. */
  #isBeyond(actor: Actor, goal: number | undefined): boolean {
    return actor.operation >= Math.min(goal ?? Infinity, actor.operations);
  }

  /** Two points of other names that are one instruction: what the schedule wants in between cannot be. */
  #insistOnRoom({ kept }: Actor, until: Goal, wanted: readonly bigint[]): void {
    if (kept?.at.kind !== 'point' || until.kind !== 'point' || kept.at.text === until.point.text) return;
    if (wanted.length === 1 && wanted[0] === kept.pc)
      throw new Deviation(
        'infeasible',
        `${kept.at.text} and ${until.point.text} are one instruction of this kernel, which cannot be parted`,
      );
  }

  async #holds({ thread }: Look, { holding }: { holding?: string | undefined }): Promise<boolean> {
    if (holding === undefined) return true;
    const address = this.#remembered.get(holding);
    return address !== undefined && this.#premises.house.holds(thread, address, HELD_BYTES);
  }

  /** What is worth remembering at the edge of a function. */
  async #worth({ thread }: Look, until: Goal): Promise<bigint> {
    const { house } = this.#premises;
    const returns = until.kind === 'point' && until.point.at.kind === 'return';
    return returns ? house.returned(thread) : house.argument(thread, 0);
  }

  async #wait({ wait, argument, within }: Extract<Step, { wait: Point }>): Promise<void> {
    const value = argument === undefined ? undefined : this.#remembered.get(argument);
    if (await this.#passBy(wait, value, within)) return this.#say(`somebody is at ${wait.text}`);
    throw new Deviation('infeasible', `nobody came to ${wait.text} within ${within} s${this.#keptText()}`);
  }

  async #passBy(point: Point, value: bigint | undefined, within: number): Promise<boolean> {
    const { house } = this.#premises;
    const wanted = this.#addresses(point);
    return this.#withPoints(wanted, () =>
      this.#until(within, async (look, _, address) => {
        if (!wanted.includes(address)) return false;
        return value === undefined || (await house.argument(look.thread, 0)) === value;
      }),
    );
  }

  #addresses(point: Point): readonly bigint[] {
    const found = this.#premises.addresses.get(point.text);
    if (found === undefined) throw new Error(`${point.text} was not looked up`);
    return found;
  }

  #actor(name: string): Actor {
    const actor = this.#premises.cast.find((one) => one.name === name);
    if (actor === undefined) throw new Error(`no actor ${name}`);
    return actor;
  }

  async #withPoints<T>(addresses: readonly bigint[], work: () => Promise<T>): Promise<T> {
    const fresh = addresses.filter((one) => !this.#armed.has(one));
    await this.#arm(fresh);
    try {
      return await work();
    } finally {
      await this.#disarm(fresh);
    }
  }

  async #arm(addresses: readonly bigint[]): Promise<void> {
    for (const address of addresses) {
      await this.#premises.house.stub.setBreakpoint(address);
      this.#armed.add(address);
    }
  }

  async #disarm(addresses: readonly bigint[]): Promise<void> {
    await this.#stand();
    for (const address of addresses) {
      await this.#premises.house.stub.clearBreakpoint(address);
      this.#armed.delete(address);
    }
  }

  /** Runs the machine until the watch says that this was it. The machine stands afterwards. @returns false when the time was over. */
  async #until(within: number, watch: Watch): Promise<boolean> {
    const { clock } = this.#premises;
    const { stub } = this.#premises.house;
    const end = clock() + within * 1000;
    // Who stands at a point now has been there before: an instruction of its own takes it past.
    let stopped = await this.#pass();
    for (;;) {
      if (stopped.length === 0) {
        await stub.resume(stub.threads);
        const stop = await stub.waitForStop(Math.max(1, end - clock()));
        if (stop === undefined) {
          await this.#stand();
          // One may have come at the last moment.
          return this.#watchAll(await this.#atPoints(), watch);
        }
        if (stop.kind === 'gone') throw new RigError('QEMU has ended');
        stopped = await this.#atPoints();
      }
      if (await this.#watchAll(stopped, watch)) return true;
      if (clock() > end) return false;
      stopped = await this.#pass();
    }
  }

  async #watchAll(looks: readonly Look[], watch: Watch): Promise<boolean> {
    let done = false;
    for (const look of looks) {
      const actor = await this.#recognize(look);
      // All of them are asked: two CPUs can be at a point at once.
      if (await watch(look, actor, look.pc)) done = true;
    }
    return done;
  }

  async #atPoints(): Promise<Look[]> {
    return (await this.#premises.house.look()).filter(({ pc }) => this.#armed.has(pc));
  }

  /** One instruction for each who stands at a point. @returns those who are at another one after it. */
  async #pass(): Promise<Look[]> {
    const at = await this.#atPoints();
    for (const { thread } of at) await this.#premises.house.stub.step(thread);
    if (at.length === 0) return [];
    const stepped = new Set(at.map(({ thread }) => thread));
    return (await this.#atPoints()).filter(({ thread }) => stepped.has(thread));
  }

  /** The actor who is there, by its mark if it is one. */
  async #recognize(look: Look): Promise<Actor | undefined> {
    const { cast, marks, stackBytes } = this.#premises;
    const stack = stackOf(look.sp, stackBytes);
    const mark = marks.includes(look.pc) ? await this.#readMark(look.thread) : undefined;
    if (mark !== undefined) {
      const actor = cast[mark.actor - 1];
      if (actor === undefined) return undefined;
      Object.assign(actor, { stack, tid: mark.tid, operation: mark.operation });
      this.#enterMark(actor, mark);
      return actor;
    }
    return cast.find((one) => one.stack === stack);
  }

  /** It is seen again and again as long as the machine stands. */
  #enterMark({ results, spans }: Actor, { operation, result }: Mark): void {
    const before = spans[operation - 1];
    if (before !== undefined) {
      results[operation - 1] = result;
      before.end ??= ++this.#tick;
    }
    spans[operation] ??= { start: ++this.#tick, end: undefined };
  }

  async #readMark(thread: string): Promise<Mark | undefined> {
    const { house } = this.#premises;
    if ((await house.argument(thread, 0)) !== MARK) return undefined;
    return {
      actor: Number(await house.argument(thread, 1)),
      operation: Number(await house.argument(thread, 2)),
      result: BigInt.asIntN(64, await house.argument(thread, 3)),
      tid: Number(await house.argument(thread, 4)),
    };
  }

  async #keep(look: Look, actor: Actor, at: Place): Promise<void> {
    const { house } = this.#premises;
    const interruptsOff = await house.interruptsOff(look.thread);
    actor.kept = { at, pc: look.pc, interruptsOff };
    await house.jump(look.thread, this.#spot(actor));
  }

  #spot({ number }: Actor): bigint {
    const { house, spare } = this.#premises;
    return spare.address + BigInt((number - 1) * house.processor.spin.length);
  }

  async #letGo(actor: Actor): Promise<void> {
    const { house } = this.#premises;
    const { kept } = actor;
    if (kept === undefined) throw new Error(`${actor.name} is not kept`);
    const spot = this.#spot(actor);
    const there = (looks: readonly Look[]) => looks.find(({ pc }) => pc === spot);
    let look = there(await house.look());
    // Preempted, or interrupted just now: it comes back to its instruction.
    if (look === undefined) {
      await this.#withPoints([spot], () => this.#until(30, ({ pc }) => pc === spot));
      look = there(await house.look());
    }
    if (look === undefined) throw new RigError(`${actor.name} is not found where it is kept`);
    await house.jump(look.thread, kept.pc);
    actor.kept = undefined;
    const span = actor.spans[actor.operation];
    if (kept.at.kind === 'operation' && span !== undefined) span.start = ++this.#tick;
  }

  async #stand(): Promise<void> {
    const { stub } = this.#premises.house;
    if (!stub.running) return;
    stub.interrupt();
    const stop = await stub.waitForStop(20_000);
    if (stop === undefined) throw new RigError('the machine does not stop when it is asked to');
    if (stop.kind === 'gone') throw new RigError('QEMU has ended');
  }

  /** A vCPU that sees the kernel's memory: any, where the page tables of user space map the kernel. */
  async #inKernel(): Promise<string> {
    const looks = await this.#premises.house.look();
    const [first] = looks;
    const found = looks.find(({ pc }) => pc >> 63n === 1n) ?? first;
    if (found === undefined) throw new RigError('the machine has no vCPU');
    return found.thread;
  }

  async #whyNot(actor: Actor, what: string): Promise<Deviation> {
    const { house, nameOf, sleeperStack, stackBytes } = this.#premises;
    for (let tries = 0; tries < 5; tries++) {
      const look = (await house.look()).find(({ sp }) => stackOf(sp, stackBytes) === actor.stack);
      if (look !== undefined) {
        const where = nameOf(look.pc);
        const waiting = waitsFor(where);
        if (waiting !== undefined) return this.#blocked(what, `it waits ${waiting} in ${where}()`);
        return new Deviation('left', `${what}; it is in ${where}()${this.#keptText()}`);
      }
      await house.stub.resume(house.stub.threads);
      await house.stub.waitForStop(20);
      await this.#stand();
    }
    // Whoever asks in the guest may come to a mark, too, and nobody would let it go on. What the actors do is decided by now.
    await this.#disarm([...this.#armed]);
    await house.stub.resume(house.stub.threads);
    const stack = actor.tid === undefined ? [] : await sleeperStack(actor.tid);
    await this.#stand();
    const found = stack.find((name) => waitsFor(name) !== undefined);
    if (found !== undefined) return this.#blocked(what, `it waits ${waitsFor(found)} in ${found}()`);
    const [top] = stack;
    // The kernel leaves out of such a stack what sleeping is made of, like rwsem_down_read_slowpath() (kernel/stacktrace.c).
    if (top !== undefined && this.#keptText() !== '') return this.#blocked(what, `it sleeps in ${top}()`);
    const where = top === undefined ? 'not in the kernel' : `in ${top}()`;
    return new Deviation('left', `${what}; it does not run and is ${where}`);
  }

  #blocked(what: string, why: string): Deviation {
    return new Deviation('infeasible', `${what}: ${why}${this.#keptText()}`);
  }

  #keptText(): string {
    const kept = this.#premises.cast.flatMap(({ name, kept: one }) =>
      one === undefined
        ? []
        : [`${name} is kept at ${placeText(one.at)}${one.interruptsOff ? ' with interrupts off' : ''}`],
    );
    return kept.length === 0 ? '' : ` while ${kept.join(', ')}`;
  }

  #say(text: string): void {
    this.events.push({ seconds: Math.round(this.#premises.clock()) / 1000, text });
  }
}

const atOperation = (index: number): Place => ({ kind: 'operation', index });

const goalText = (goal: Goal): string =>
  goal.kind === 'point'
    ? goal.point.text
    : goal.kind === 'end'
      ? 'its end'
      : placeText({ kind: 'operation', index: goal.index });
