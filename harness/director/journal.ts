import type { Event, Reached } from './outcome.ts';

/** What is written down while a schedule is played. */
export class Journal {
  readonly events: Event[] = [];
  /** Points at which actors were kept, in their order. */
  readonly reached: Reached[] = [];
  readonly #clock: () => number;

  /** @param clock milliseconds since the beginning. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  say(text: string): void {
    this.events.push({ seconds: Math.round(this.#clock()) / 1000, text });
  }
}
