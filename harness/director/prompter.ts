import { RigError } from '../base/errors.ts';
import { type Actor, PROMPTER } from './cast.ts';
import { Hands, type HandsPremises } from './hands.ts';
import type { Look } from './house.ts';
import type { Event, Reached } from './outcome.ts';
import type { Turn } from './turns.ts';

export interface PrompterPremises extends HandsPremises {
  /** Addresses of each point of the schedule by its text. */
  readonly addresses: ReadonlyMap<string, readonly bigint[]>;
}

/**
 * The director's part where the stage gives the turns itself (guest/lib/prompter.c): it keeps actors at points, tells the stage so, and
 * lets them go when their next turn comes. The machine runs on in between: a stop costs more than an operation takes, because QEMU
 * translates everything anew after one.
 */
export class Prompter {
  readonly events: Event[] = [];
  readonly reached: Reached[] = [];
  readonly #premises: PrompterPremises;
  readonly #hands: Hands;
  #turn: (Turn & { readonly number: number }) | undefined;
  /** How often its actor came to its point. */
  #passed = 0;

  constructor(premises: PrompterPremises) {
    this.#premises = premises;
    this.#hands = new Hands(premises);
  }

  /**
   * Until the stage has given every turn, or is over before. The machine must stand at the beginning.
   *
   * @param start seconds for the stage to begin.
   * @param within seconds for all turns.
   * @throws RigError when neither happens in time.
   */
  async play(turns: readonly Turn[], start: number, within: number): Promise<void> {
    const { house, clock, over } = this.#premises;
    const words = await this.#meet(start);
    const watch = (look: Look, actor: Actor | undefined, address: bigint) =>
      this.#catch(look, actor, address, words.held);
    await house.stub.setWatchpoint(words.asked, 4);
    const end = clock() + within * 1000;
    for (let current = 0; current <= turns.length;) {
      const stop = await this.#hands.untilWritten((end - clock()) / 1000, watch);
      if (over()) return;
      if (stop === undefined)
        throw new RigError(`the stage did not give its ${turns.length} turns within ${within} s`);
      const { thread = house.stub.threads[0]! } = stop;
      const asked = await house.readWord(thread, words.asked);
      // It asks again and again until it sees the answer.
      if (asked > current) {
        current = asked;
        const ran = await this.#begin(current, turns[current - 1]);
        // Another process may have that vCPU by now.
        if (ran) continue;
      }
      await house.writeWord(thread, words.answered, current);
    }
  }

  /** Every actor marks where it is, and the prompter after them where its words are: guest/lib/prompter.c. */
  async #meet(within: number) {
    const { marks, over } = this.#premises;
    await this.#hands.begin();
    await this.#hands.arm(marks);
    let words = 0n;
    await this.#hands.until(within, async (look) => {
      const mark = await this.#hands.readMark(look);
      if (mark?.actor === PROMPTER) words = BigInt.asUintN(64, mark.value);
      return words !== 0n;
    });
    if (words === 0n) throw new RigError(`the stage did not begin${over() ? '' : ` within ${within} s`}`);
    await this.#hands.disarm(marks);
    return { held: words, asked: words + 4n, answered: words + 8n };
  }

  /** Lets every actor go. Never leaves the machine standing. */
  leave(): Promise<void> {
    return this.#hands.leave();
  }

  /** @returns whether the machine ran meanwhile. */
  async #begin(number: number, turn: Turn | undefined): Promise<boolean> {
    const missed = this.#turn?.hold;
    if (missed !== undefined) this.#say(`${this.#turn?.name} did not come to ${missed.point.text}`);
    await this.#hands.disarm(this.#hands.armed);
    this.#turn = turn && { ...turn, number };
    this.#passed = 0;
    if (turn === undefined) return false;
    const actor = this.#premises.cast[turn.actor - 1];
    const ran = actor?.kept !== undefined && (await this.#hands.letGo(actor));
    if (turn.hold !== undefined) await this.#hands.arm(this.#addressesOf(turn.hold.point.text));
    return ran;
  }

  /** Somebody is at a point: keeps the actor whose turn it is. */
  async #catch(look: Look, actor: Actor | undefined, address: bigint, word: bigint): Promise<boolean> {
    const turn = this.#turn;
    if (turn?.hold === undefined || actor?.number !== turn.actor) return false;
    const { text } = turn.hold.point;
    const addresses = this.#addressesOf(text);
    if (!addresses.includes(address) || ++this.#passed < turn.hold.times) return false;
    await this.#hands.keep(look, actor, { kind: 'point', text });
    await this.#hands.disarm(addresses);
    await this.#premises.house.writeWord(look.thread, word, turn.number);
    const { round } = turn;
    this.reached.push({ actor: actor.name, operation: turn.goal - 1, point: text, round });
    this.#say(`${round === undefined ? '' : `round ${round}: `}${actor.name} is at ${text}`);
    this.#turn = undefined;
    return true;
  }

  #addressesOf(text: string): readonly bigint[] {
    const found = this.#premises.addresses.get(text);
    if (found === undefined) throw new Error(`${text} was not looked up`);
    return found;
  }

  #say(text: string): void {
    this.events.push({ seconds: Math.round(this.#premises.clock()) / 1000, text });
  }
}
