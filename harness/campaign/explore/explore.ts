import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { type Places, placesAmong, pointsIn } from '../../director/explore/points.ts';
import { exploredSchedule } from '../../director/explore/schedule.ts';
import { scheduleSchema } from '../../director/schedule.ts';
import { type KernelLookup, lookUp } from '../direct/lookup.ts';
import { Theatre } from '../direct/theatre.ts';
import type { PreparedKernel } from '../kernel.ts';
import { Exploration, type Explored } from './record.ts';

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
  const record = new Exploration(directory, options.seed);
  const over = new AbortController();
  const guest: Context = { ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) };
  let last = 0;
  const playNext = async (theatre: Theatre): Promise<void> => {
    const number = ++last;
    const file = exploredSchedule(places, options.seed, number, profile);
    const one = await theatre.play(scheduleSchema.parse(file), number);
    // Its guest was taken away from it.
    if (over.signal.aborted) return;
    await record.add(one, file);
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
      while (last < options.tries && record.seconds < options.budget && !over.signal.aborted) {
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
    release: kernel.record.release,
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
