import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { type PairCoverage, Pairs } from '../../director/explore/pairs.ts';
import { type Places, placesAmong, pointsIn } from '../../director/explore/points.ts';
import { exploredSchedule } from '../../director/explore/schedule.ts';
import { scheduleSchema } from '../../director/schedule.ts';
import { saveSchedule } from '../../plan/schedule-file.ts';
import type { Conclusion } from '../direct/conclude.ts';
import { type KernelLookup, lookUp } from '../direct/lookup.ts';
import { Theatre, type Try } from '../direct/theatre.ts';
import type { PreparedKernel } from '../kernel.ts';

/** Actors of every schedule: a boot serves them all. */
const ACTORS = 3;
/** Tries that nobody could judge, one after the other, after which it is the rig. */
const PATIENCE = 3;

export interface ExploreOptions {
  readonly places: Places;
  readonly seed: number;
  /** Whichever comes first ends it: schedules, and seconds with boots. */
  readonly tries: number;
  readonly budget: number;
  /** Ends it at the first schedule that harms the kernel. */
  readonly untilHit: boolean;
  /** Guests at a time. */
  readonly jobs: number;
}

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

/** Where the places of an exploration are in a kernel. @param tree directory that it was built from. @throws as lookUp(). */
export const lookUpPlaces = (
  places: Places,
  { record, plan }: PreparedKernel,
  tree: string,
  ctx: Context,
): Promise<KernelLookup> => lookUp(pointsIn(places), record, tree, plan.arch, ctx);

/**
 * Play schedules that are made at random until one harms the kernel, or tries or time are spent. Leaves in the directory explored.json,
 * what happened in each schedule (tries.jsonl), and each that did harm, as a file for `spf direct`.
 *
 * @param lookup of lookUpPlaces().
 * @throws CancelledError.
 */
export async function explore(
  kernel: PreparedKernel,
  lookup: KernelLookup,
  options: ExploreOptions,
  directory: string,
  ctx: Context,
): Promise<Explored> {
  const { profile } = kernel.plan;
  const places = placesAmong(options.places, new Set(lookup.addresses.keys()));
  const record = new Exploration();
  const began = performance.now();
  const since = (): number => Math.round(performance.now() - began) / 1000;
  const over = new AbortController();
  const guest: Context = { ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) };
  let last = 0;
  const playNext = async (theatre: Theatre): Promise<void> => {
    const number = ++last;
    const file = exploredSchedule(places, options.seed, number, profile);
    const one = await theatre.play(scheduleSchema.parse(file), number);
    // Its guest was taken away from it.
    if (over.signal.aborted) return;
    record.add(one);
    await appendFile(join(directory, 'tries.jsonl'), `${JSON.stringify(lineOf(one))}\n`);
    if (one.conclusion === 'reproduced') {
      const schedule = `schedule-${number}.yaml`;
      await saveSchedule(join(directory, schedule), file);
      await writeFileAtomic(join(directory, `try-${number}.json`), `${JSON.stringify(one, null, 2)}\n`);
      record.hits.push({ number, text: one.text, seconds: since(), schedule });
    }
    if ((options.untilHit && record.hits.length > 0) || record.unfit >= PATIENCE) over.abort();
    const { bothOrders } = record.pairs.coverage();
    ctx.notify({
      task: 'schedules',
      text: `${number}: ${one.conclusion}, ${bothOrders} pairs of places in both orders`,
    });
  };
  const explorer = async (): Promise<void> => {
    const theatre = new Theatre(ACTORS, kernel, lookup, directory, guest);
    try {
      while (last < options.tries && since() < options.budget && !over.signal.aborted) {
        if (ctx.signal.aborted) throw new CancelledError('cancelled between two schedules');
        await playNext(theatre);
      }
    } catch (error) {
      if (over.signal.aborted) return;
      over.abort();
      throw error;
    } finally {
      await theatre.close();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: options.jobs }, explorer));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const explored: Explored = {
    ...{ release: kernel.record.release, seed: options.seed, seconds: since() },
    ...record.summary(),
    places: {
      known: pointsIn(places).length,
      asked: pointsIn(options.places).length,
      reached: record.reached.size,
    },
  };
  await writeFileAtomic(join(directory, 'explored.json'), `${JSON.stringify(explored, null, 2)}\n`);
  return explored;
}

/** What has come of it so far. */
class Exploration {
  readonly hits: Hit[] = [];
  readonly pairs = new Pairs();
  readonly reached = new Set<string>();
  readonly #conclusions: Partial<Record<Conclusion, number>> = {};
  readonly #unjudged: Record<string, number> = {};
  #tries = 0;
  #boots = 0;
  /** Tries in a row that nobody could judge. */
  unfit = 0;

  add({ conclusion, played, history, bootSeconds }: Try): void {
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
