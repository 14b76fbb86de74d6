import { RigError } from '../base/errors.ts';
import { type Actor, type Place, placeText, stackOf } from './cast.ts';
import { Hands, type Premises } from './hands.ts';
import type { Look } from './house.ts';
import { Journal } from './journal.ts';
import { type Outcome, waitsFor } from './outcome.ts';
import type { Player } from './player.ts';
import type { Point } from './point.ts';
import { resultText } from './result.ts';
import { type DirectedSchedule, type Goal, GRACE_PERIOD, type RunStep, type Step } from './schedule.ts';

export interface DirectorPremises extends Premises {
  /** The function that has an address. */
  readonly nameOf: (address: bigint) => string;
  /** The kernel stack of a sleeping thread as names of functions; the machine runs meanwhile. Empty when it does not say. */
  readonly sleeperStack: (tid: number) => Promise<readonly string[]>;
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

/** Lets the actors of a schedule go where it wants, one at a time, and insists on it. */
export class Director implements Player {
  readonly journal: Journal;
  readonly #steps: readonly Step[];
  readonly #premises: DirectorPremises;
  readonly #hands: Hands;
  readonly #remembered = new Map<string, bigint>();

  constructor({ steps }: Pick<DirectedSchedule, 'steps'>, premises: DirectorPremises) {
    this.#steps = steps;
    this.#premises = premises;
    this.journal = new Journal(premises.clock);
    this.#hands = new Hands(premises);
  }

  async play(start: number): Promise<Outcome> {
    await this.#gather(start);
    for (const [index, step] of this.#steps.entries()) {
      try {
        await this.#take(step);
      } catch (error) {
        if (!(error instanceof Deviation)) throw error;
        this.journal.say(`step ${index + 1}: ${error.message}`);
        return { kind: error.kind, step: index + 1, text: error.message };
      }
    }
    return { kind: 'played' };
  }

  leave(): Promise<void> {
    return this.#hands.leave();
  }

  /** Every actor is kept at the beginning of its first operation when this resolves. */
  async #gather(within: number): Promise<void> {
    const { cast, marks } = this.#premises;
    await this.#hands.begin();
    const all = await this.#hands.until(within, async (look, actor) => {
      if (actor !== undefined && marks.includes(look.pc)) await this.#hands.keep(look, actor, atOperation(0));
      return cast.every(({ kept }) => kept !== undefined);
    });
    if (!all) throw new RigError(`not every actor was ready within ${within} s`);
    this.journal.say('every actor is at the beginning of its first operation');
  }

  async #take(step: Step): Promise<void> {
    if ('run' in step) return this.#run(step);
    if (step.wait !== 'a grace period') return this.#wait(step);
    for (const point of GRACE_PERIOD) {
      if (await this.#passBy(point, undefined, step.within)) continue;
      const late = `no grace period ended within ${step.within} s${this.#keptText()}`;
      if (!step.perhaps) throw new Deviation('infeasible', `${late}: it may wait for one of them`);
      return this.journal.say(late);
    }
  }

  async #run(step: RunStep): Promise<void> {
    const { run, until, times, remember, within, perhaps } = step;
    const { marks } = this.#premises;
    const actor = this.#actor(run);
    const wanted = until.kind === 'point' ? this.#hands.addressesOf(until.point) : [];
    if (!perhaps) this.#insistOnRoom(actor, until, wanted);
    const goal = until.kind === 'point' ? undefined : until.kind === 'end' ? actor.operations : until.index;
    if (goal !== undefined && goal > actor.operations)
      throw new Deviation('left', `${run} has no operation ${goal + 1}`);
    if (perhaps && this.#isBeyond(actor, goal)) return;
    if (this.#isThere(actor, goal)) return this.journal.say(`${run} is at ${goalText(until)} already`);
    // A step before may have left it running.
    if (actor.kept !== undefined) await this.#hands.letGo(actor);
    const began = actor.operation;
    let passed = 0;
    let elsewhere: string | undefined;
    const came = await this.#hands.withPoints(wanted, () =>
      this.#hands.until(within, async (look, who) => {
        const marked = marks.includes(look.pc);
        if (who !== actor) {
          // One that did not come where it should is caught where its next operation begins.
          if (marked && who !== undefined) await this.#hands.keep(look, who, atOperation(who.operation));
          return false;
        }
        if (wanted.includes(look.pc)) {
          if (++passed < times || !(await this.#holds(look, step))) return false;
          if (remember !== undefined) this.#remembered.set(remember, await this.#worth(look, until));
          await this.#hands.keep(look, actor, { kind: 'point', text: goalText(until) });
          return true;
        }
        if (!marked) return false;
        // A new operation, and the goal is behind it or was within the one before.
        if (goal !== undefined ? actor.operation < goal : actor.operation === began) return false;
        await this.#hands.keep(look, actor, atOperation(actor.operation));
        if (goal !== undefined && actor.operation === goal) return true;
        const result = resultText(actor.results.at(-1) ?? 0n);
        const often = passed > 0 ? `, which it came to ${passed} times` : '';
        elsewhere = `${run} ended its operation ${actor.operation} (${result}) without coming to ${goalText(until)}${often}`;
        return true;
      }),
    );
    if (elsewhere !== undefined) {
      if (!perhaps) throw new Deviation('left', elsewhere);
      return this.journal.say(elsewhere);
    }
    if (came) {
      if (until.kind === 'point')
        this.journal.reached.push({ actor: run, operation: actor.operation, point: until.point.text });
      return this.journal.say(`${run} is at ${goalText(until)}`);
    }
    if (this.#premises.over())
      throw new Deviation(
        'left',
        `${run} did not come to ${goalText(until)}: the program has ended, or the kernel complained`,
      );
    const late = `${run} did not come to ${goalText(until)} within ${within} s`;
    if (!perhaps) throw await this.#whyNot(actor, late);
    this.journal.say(`${late}${this.#keptText()}, and goes on`);
  }

  /** It has been where it should go to; a point may come again, but not when all is done. */
  #isBeyond(actor: Actor, goal: number | undefined): boolean {
    return actor.operation >= Math.min(goal ?? Infinity, actor.operations);
  }

  /** A step before left it running, and it was caught there since. */
  #isThere({ kept }: Actor, goal: number | undefined): boolean {
    return kept?.at.kind === 'operation' && kept.at.index === goal;
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
    if (await this.#passBy(wait, value, within)) return this.journal.say(`somebody is at ${wait.text}`);
    throw new Deviation('infeasible', `nobody came to ${wait.text} within ${within} s${this.#keptText()}`);
  }

  async #passBy(point: Point, value: bigint | undefined, within: number): Promise<boolean> {
    const { house } = this.#premises;
    const wanted = this.#hands.addressesOf(point);
    return this.#hands.withPoints(wanted, () =>
      this.#hands.until(within, async (look) => {
        if (!wanted.includes(look.pc)) return false;
        return value === undefined || (await house.argument(look.thread, 0)) === value;
      }),
    );
  }

  #actor(name: string): Actor {
    const actor = this.#premises.cast.find((one) => one.name === name);
    if (actor === undefined) throw new Error(`no actor ${name}`);
    return actor;
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
      await this.#hands.stand();
    }
    // Whoever asks in the guest may come to a mark, too, and nobody would let it go on. What the actors do is decided by now.
    await this.#hands.disarm(this.#hands.armed);
    await house.stub.resume(house.stub.threads);
    const stack = actor.tid === undefined ? [] : await sleeperStack(actor.tid);
    await this.#hands.stand();
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
}

const atOperation = (index: number): Place => ({ kind: 'operation', index });

const goalText = (goal: Goal): string =>
  goal.kind === 'point'
    ? goal.point.text
    : goal.kind === 'end'
      ? 'its end'
      : placeText({ kind: 'operation', index: goal.index });
