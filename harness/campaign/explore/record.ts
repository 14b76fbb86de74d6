import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/disk.ts';
import { type PairCoverage, Pairs } from '../../director/explore/pairs.ts';
import type { ScheduleFile } from '../../director/schedule.ts';
import { saveSchedule } from '../../plan/schedule-file.ts';
import type { Conclusion } from '../direct/conclude.ts';
import type { Try } from '../direct/theatre.ts';

/** A schedule that harmed the kernel. */
export interface Hit {
  readonly number: number;
  readonly text: string;
  /** Seconds from the beginning to the end of it, boots included. */
  readonly seconds: number;
  /** Relative to the directory: what `spf direct` plays. */
  readonly schedule: string;
}

export interface Explored {
  readonly release: string;
  readonly seed: number;
  readonly tries: number;
  readonly conclusions: Readonly<Partial<Record<Conclusion, number>>>;
  /** Tries whose history was not judged, by the reason. */
  readonly unjudged: Readonly<Record<string, number>>;
  readonly hits: readonly Hit[];
  /** Places that the kernel has, of all that are asked for; where somebody was kept; and pairs of them. */
  readonly places: { readonly known: number; readonly asked: number; readonly reached: number };
  readonly pairs: PairCoverage;
  readonly boots: number;
  readonly seconds: number;
}

/** What has come of an exploration so far, and its files in the directory. */
export class Exploration {
  readonly #directory: string;
  readonly #seed: number;
  readonly #began = performance.now();
  readonly hits: Hit[] = [];
  readonly pairs = new Pairs();
  readonly reached = new Set<string>();
  readonly #conclusions: Partial<Record<Conclusion, number>> = {};
  readonly #unjudged: Record<string, number> = {};
  #tries = 0;
  #boots = 0;
  /** Tries in a row that nobody could judge. */
  unfit = 0;

  constructor(directory: string, seed: number) {
    this.#directory = directory;
    this.#seed = seed;
  }

  get seconds(): number {
    return Math.round(performance.now() - this.#began) / 1000;
  }

  async add(one: Try, schedule: ScheduleFile): Promise<void> {
    this.#count(one);
    await appendFile(join(this.#directory, 'tries.jsonl'), `${JSON.stringify(lineOf(one))}\n`);
    if (one.conclusion === 'reproduced') await this.#keep(one, schedule);
  }

  async #keep(one: Try, file: ScheduleFile): Promise<void> {
    const { number, text } = one;
    const schedule = `schedule-${number}.yaml`;
    await saveSchedule(join(this.#directory, schedule), file);
    const details = `${JSON.stringify(one, null, 2)}\n`;
    await writeFileAtomic(join(this.#directory, `try-${number}.json`), details);
    this.hits.push({ number, text, seconds: this.seconds, schedule });
  }

  #count({ conclusion, played, history, bootSeconds }: Try): void {
    this.#tries++;
    if (bootSeconds > 0) this.#boots++;
    this.unfit = conclusion === 'rig' ? this.unfit + 1 : 0;
    this.#conclusions[conclusion] = (this.#conclusions[conclusion] ?? 0) + 1;
    if ('unjudged' in history) this.#unjudged[history.unjudged] = (this.#unjudged[history.unjudged] ?? 0) + 1;
    for (const { point } of played?.reached ?? []) this.reached.add(point);
    this.pairs.add(played?.reached ?? []);
  }

  summary() {
    return {
      ...{ seed: this.#seed, seconds: this.seconds },
      ...{ tries: this.#tries, boots: this.#boots, hits: this.hits },
      ...{ conclusions: this.#conclusions, unjudged: this.#unjudged, pairs: this.pairs.coverage() },
    };
  }
}

/** A try in a line of the record. */
const lineOf = ({ number, conclusion, text, seconds, bootSeconds, played }: Try) => ({
  ...{ number, conclusion, text, seconds, bootSeconds },
  events: played?.events ?? [],
});
