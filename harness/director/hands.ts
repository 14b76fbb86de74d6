import { RigError } from '../base/errors.ts';
import { type Actor, MARK, type Mark, type Place, stackOf } from './cast.ts';
import type { Stop } from '../machine/qemu/stub/stop.ts';
import type { House, Look } from './house.ts';
import type { Point } from './point.ts';

export interface Premises {
  readonly house: House;
  readonly cast: readonly Actor[];
  /** Addresses of each point of the schedule by its text. */
  readonly addresses: ReadonlyMap<string, readonly bigint[]>;
  readonly stackBytes: number;
  /** Addresses of the function that sees the marks. */
  readonly marks: readonly bigint[];
  /** Code that nobody executes while the director is there, of so many bytes. */
  readonly spare: { readonly address: bigint; readonly bytes: number };
  /** Milliseconds since the beginning. */
  readonly clock: () => number;
  /** The program has ended, or the kernel complained: nobody will come any more. */
  readonly over: () => boolean;
}

/** Milliseconds between two looks whether it is over. */
const GLANCE = 200;

/** Decides what a stop at a point means. True ends the waiting. */
export type Watch = (look: Look, actor: Actor | undefined) => Promise<boolean> | boolean;
/** Does something about a stop at a point. */
export type Notice = (look: Look, actor: Actor | undefined) => Promise<void>;

const never = (): boolean => false;

/**
 * Stops the machine at points, keeps actors there, and lets them go.
 *
 * An actor is kept by moving its program counter to code that does nothing for ever, in a function that nobody executes: the
 * code is the actor's own, so nobody else is caught in it, and the CPU goes on to take interrupts, to preempt, and to report quiescent
 * states wherever the actor's place allows it. To go on, its program counter gets its value back.
 */
export class Hands {
  readonly #premises: Premises;
  /** Addresses at which the machine stops. */
  readonly #armed = new Set<bigint>();
  #covered: Buffer | undefined;

  constructor(premises: Premises) {
    this.#premises = premises;
  }

  /** Borrows the spare code, and stops whoever makes a mark from now on. The machine must stand. */
  async begin(): Promise<void> {
    const { house, cast, spare, marks } = this.#premises;
    const bytes = cast.length * house.processor.rest.code.length;
    if (bytes > spare.bytes) throw new RigError(`${cast.length} actors are too many for the spare code`);
    const somebody = await this.#inKernel();
    this.#covered = await house.stub.readMemory(somebody, spare.address, bytes);
    const code = Buffer.concat(cast.map(() => house.processor.rest.code));
    await house.stub.writeMemory(somebody, spare.address, code);
    await this.arm(marks);
  }

  /** Lets every actor go, and the machine run as if nobody had been there. Never leaves it standing. */
  async leave(): Promise<void> {
    const { house, spare } = this.#premises;
    try {
      await this.stand();
      await this.disarm([...this.#armed]);
      for (const actor of this.kept) await this.letGo(actor);
      await this.stand();
      if (this.#covered !== undefined)
        await house.stub.writeMemory(await this.#inKernel(), spare.address, this.#covered);
    } finally {
      await house.stub.detach();
    }
  }

  addressesOf({ text }: Point): readonly bigint[] {
    const found = this.#premises.addresses.get(text);
    if (found === undefined) throw new Error(`${text} was not looked up`);
    return found;
  }

  get armed(): readonly bigint[] {
    return [...this.#armed];
  }

  get kept(): readonly Actor[] {
    return this.#premises.cast.filter(({ kept }) => kept !== undefined);
  }

  async arm(addresses: readonly bigint[]): Promise<void> {
    for (const address of addresses) {
      await this.#premises.house.stub.setBreakpoint(address);
      this.#armed.add(address);
    }
  }

  async disarm(addresses: readonly bigint[]): Promise<void> {
    await this.stand();
    for (const address of addresses) {
      await this.#premises.house.stub.clearBreakpoint(address);
      this.#armed.delete(address);
    }
  }

  async withPoints<T>(addresses: readonly bigint[], work: () => Promise<T>): Promise<T> {
    const fresh = addresses.filter((one) => !this.#armed.has(one));
    await this.arm(fresh);
    try {
      return await work();
    } finally {
      await this.disarm(fresh);
    }
  }

  /**
   * Lets the machine run until somebody writes to a watched place, or the seconds or the program are over.
   *
   * @param notice is told of stops at points meanwhile.
   * @returns the vCPU of who wrote, and stands there.
   */
  async untilWritten(within: number, notice: Notice): Promise<string | undefined> {
    const { house, over } = this.#premises;
    let writer: string | undefined;
    const watch: Watch = async (look, actor) => {
      await notice(look, actor);
      return false;
    };
    await this.#run(within, watch, over, (stop) => {
      if (stop.kind !== 'stopped' || stop.written === undefined) return false;
      writer = stop.thread ?? house.stub.threads[0];
      return true;
    });
    return writer;
  }

  /** Runs the machine until the watch says that this was it. The machine stands afterwards. @returns false when the seconds or the program were over. */
  until(within: number, watch: Watch): Promise<boolean> {
    return this.#run(within, watch, this.#premises.over);
  }

  async #run(
    within: number,
    watch: Watch,
    over: () => boolean,
    ends: (stop: Stop) => boolean = never,
  ): Promise<boolean> {
    const { clock } = this.#premises;
    const { stub } = this.#premises.house;
    const end = clock() + within * 1000;
    // Who stands at a point now has been there before: an instruction of its own takes it past.
    let stopped = await this.#pass();
    for (;;) {
      if (stopped.length === 0) {
        await stub.resume(stub.threads);
        let stop: Stop | undefined;
        while (stop === undefined && !over() && clock() < end)
          stop = await stub.waitForStop(Math.max(1, Math.min(GLANCE, end - clock())));
        if (stop === undefined) {
          await this.stand();
          // One may have come at the last moment.
          return this.#watchAll(await this.#atPoints(), watch);
        }
        if (stop.kind === 'gone') throw new RigError('QEMU has ended');
        stopped = await this.#atPoints();
        if (ends(stop)) {
          // One may have come to a point at the same time.
          await this.#watchAll(stopped, watch);
          return true;
        }
      }
      if (await this.#watchAll(stopped, watch)) return true;
      if (clock() > end) return false;
      stopped = await this.#pass();
    }
  }

  /** The mark that an actor is about to make there, or the prompter. */
  async readMark({ thread, pc }: Look): Promise<Mark | undefined> {
    const { house, marks } = this.#premises;
    if (!marks.includes(pc) || (await house.argument(thread, 0)) !== MARK) return undefined;
    return {
      actor: Number(await house.argument(thread, 1)),
      operation: Number(await house.argument(thread, 2)),
      value: BigInt.asIntN(64, await house.argument(thread, 3)),
      tid: Number(await house.argument(thread, 4)),
    };
  }

  async keep(look: Look, actor: Actor, at: Place): Promise<void> {
    const { house } = this.#premises;
    const interruptsOff = await house.interruptsOff(look.thread);
    actor.kept = { at, pc: look.pc, interruptsOff };
    const { halts, spins } = house.processor.rest;
    await house.jump(look.thread, this.#spot(actor) + BigInt(interruptsOff ? spins : halts));
  }

  /** @returns whether the machine ran meanwhile. */
  async letGo(actor: Actor): Promise<boolean> {
    const { house } = this.#premises;
    const { kept } = actor;
    if (kept === undefined) throw new Error(`${actor.name} is not kept`);
    const spot = this.#spot(actor);
    const bytes = house.processor.rest.code.length;
    const there = (looks: readonly Look[]) => looks.find(({ pc }) => pc >= spot && pc < spot + BigInt(bytes));
    let look = there(await house.look());
    const ran = look === undefined;
    // Preempted, or interrupted just now: it comes back to its code.
    if (look === undefined) {
      const all = Array.from({ length: bytes }, (_, nth) => spot + BigInt(nth));
      await this.withPoints(all, () =>
        // Also when the program is over: it is to be let go all the same.
        this.#run(30, (one) => there([one]) !== undefined, never),
      );
      look = there(await house.look());
    }
    if (look === undefined) throw new RigError(`${actor.name} is not found where it is kept`);
    await house.jump(look.thread, kept.pc);
    actor.kept = undefined;
    return ran;
  }

  async stand(): Promise<void> {
    const { stub } = this.#premises.house;
    if (!stub.running) return;
    stub.interrupt();
    const stop = await stub.waitForStop(20_000);
    if (stop === undefined) throw new RigError('the machine does not stop when it is asked to');
    if (stop.kind === 'gone') throw new RigError('QEMU has ended');
  }

  #spot({ number }: Actor): bigint {
    const { house, spare } = this.#premises;
    return spare.address + BigInt((number - 1) * house.processor.rest.code.length);
  }

  async #watchAll(looks: readonly Look[], watch: Watch): Promise<boolean> {
    let done = false;
    for (const look of looks) {
      const actor = await this.#recognize(look);
      // All of them are asked: two CPUs can be at a point at once.
      if (await watch(look, actor)) done = true;
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
    const { cast, stackBytes } = this.#premises;
    const stack = stackOf(look.sp, stackBytes);
    const mark = await this.readMark(look);
    if (mark === undefined) return cast.find((one) => one.stack === stack);
    const actor = cast[mark.actor - 1];
    if (actor === undefined) return undefined;
    Object.assign(actor, { stack, tid: mark.tid, operation: mark.operation });
    // It is seen again and again as long as the machine stands.
    if (mark.operation > 0) actor.results[mark.operation - 1] = mark.value;
    return actor;
  }

  /** A vCPU that sees the kernel's memory: any, where the page tables of user space map the kernel. */
  async #inKernel(): Promise<string> {
    const looks = await this.#premises.house.look();
    const [first] = looks;
    const found = looks.find(({ pc }) => pc >> 63n === 1n) ?? first;
    if (found === undefined) throw new RigError('the machine has no vCPU');
    return found.thread;
  }
}
