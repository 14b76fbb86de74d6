import { RigError } from '../base/errors.ts';
import { type Actor, PROMPTER } from './cast.ts';
import { Hands, type Premises } from './hands.ts';
import type { Look } from './house.ts';
import { Journal } from './journal.ts';
import type { Outcome } from './outcome.ts';
import type { Player } from './player.ts';
import type { Turn } from './turns.ts';

/**
 * Seconds without a turn, after which the stage itself waits for somebody who is kept: turns of others are over much sooner. One who is
 * kept with interrupts off keeps others from flushing a TLB, and they have mmap_lock meanwhile.
 */
const SILENCE = 3;

/** Words of the stage's memory by which the two speak: guest/lib/prompter.c. */
interface Words {
  readonly held: bigint;
  readonly asked: bigint;
  readonly answered: bigint;
}

/**
 * The director's part where the stage gives the turns itself (guest/lib/prompter.c): it keeps actors at points, tells the stage so, and
 * lets them go when their next turn comes. The machine runs on in between: a stop costs more than an operation takes, because QEMU
 * translates everything anew after one.
 */
export class Prompter implements Player {
  readonly journal: Journal;
  readonly #turns: readonly Turn[];
  readonly #premises: Premises;
  readonly #hands: Hands;
  /** The turn that is on, from 1. */
  #current = 0;
  /** Its actor may still come to its point. */
  #awaited = false;
  /** How often its actor came to its point. */
  #passed = 0;

  constructor(turns: readonly Turn[], premises: Premises) {
    this.#turns = turns;
    this.#premises = premises;
    this.journal = new Journal(premises.clock);
    this.#hands = new Hands(premises);
  }

  /** Until the stage has given every turn, or is over before. @throws RigError also when it does not within the turns' patience. */
  async play(start: number): Promise<Outcome> {
    const { house, clock, over } = this.#premises;
    const words = await this.#meet(start);
    await house.stub.setWatchpoint(words.asked, 4);
    const { length } = this.#turns;
    const within = this.#turns.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
    const end = clock() + within * 1000;
    while (this.#current <= length) {
      const notice = (look: Look, actor: Actor | undefined) => this.#catch(look, actor, words);
      const keptBefore = this.#hands.kept;
      const left = (end - clock()) / 1000;
      const thread = await this.#hands.untilWritten(Math.min(left, SILENCE), notice);
      if (over()) break;
      if (thread === undefined) {
        if (left < SILENCE)
          throw new RigError(`the stage did not give its ${length} turns within ${within} s`);
        await this.#letGo(keptBefore);
        continue;
      }
      const asked = await house.readWord(thread, words.asked);
      // It asks again and again until it sees the answer. When the machine has run, another process may have that vCPU by now.
      if (asked > this.#current && (await this.#begin(asked))) continue;
      await house.writeWord(thread, words.answered, this.#current);
    }
    return { kind: 'played' };
  }

  leave(): Promise<void> {
    return this.#hands.leave();
  }

  /** Every actor marks where it is, and the prompter after them where its words are. */
  async #meet(within: number): Promise<Words> {
    const { marks, over } = this.#premises;
    await this.#hands.begin();
    let held = 0n;
    await this.#hands.until(within, async (look) => {
      const mark = await this.#hands.readMark(look);
      if (mark?.actor === PROMPTER) held = BigInt.asUintN(64, mark.value);
      return held !== 0n;
    });
    if (held === 0n) throw new RigError(`the stage did not begin${over() ? '' : ` within ${within} s`}`);
    await this.#hands.disarm(marks);
    return { held, asked: held + 4n, answered: held + 8n };
  }

  /** @returns whether the machine ran meanwhile. */
  async #begin(number: number): Promise<boolean> {
    const before = this.#turns[this.#current - 1];
    if (this.#awaited) this.journal.say(`${before?.name} did not come to ${before?.hold?.point.text}`);
    await this.#hands.disarm(this.#hands.armed);
    this.#current = number;
    this.#passed = 0;
    const turn = this.#turns[number - 1];
    this.#awaited = turn?.hold !== undefined;
    if (turn === undefined) return false;
    const actor = this.#premises.cast[turn.actor - 1];
    const ran = actor?.kept !== undefined && (await this.#hands.letGo(actor));
    if (turn.hold !== undefined) await this.#hands.arm(this.#hands.addressesOf(turn.hold.point));
    return ran;
  }

  async #letGo(actors: readonly Actor[]): Promise<void> {
    for (const actor of actors) {
      this.journal.say(`the stage waits for ${actor.name}, who is let go`);
      await this.#hands.letGo(actor);
    }
  }

  /** Somebody is at a point: keeps the actor whose turn it is. */
  async #catch(look: Look, actor: Actor | undefined, words: Words): Promise<void> {
    const turn = this.#turns[this.#current - 1];
    if (!this.#awaited || turn?.hold === undefined || actor?.number !== turn.actor) return;
    const { point, times } = turn.hold;
    const addresses = this.#hands.addressesOf(point);
    if (!addresses.includes(look.pc) || ++this.#passed < times) return;
    await this.#hands.keep(look, actor, { kind: 'point', text: point.text });
    await this.#hands.disarm(addresses);
    await this.#premises.house.writeWord(look.thread, words.held, this.#current);
    const { round } = turn;
    this.journal.reached.push({ actor: actor.name, operation: turn.goal - 1, point: point.text, round });
    this.journal.say(`${round === undefined ? '' : `round ${round}: `}${actor.name} is at ${point.text}`);
    this.#awaited = false;
  }
}
