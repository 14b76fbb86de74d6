import { z } from 'zod';
import { median } from '../../base/median.ts';
import { type Interval, intervalOf, intervalSchema } from './interval.ts';
import { SCENES } from './scenes.ts';

const difference = z.enum(['base', 'more', 'fewer', 'no difference seen', 'too few boots']);
export type Difference = z.infer<typeof difference>;

/** A rate of one kernel in one scene, and its ratio to the base's; the ratio is null for the base itself. */
const rateSchema = z.object({ perSecond: intervalSchema, ratio: intervalSchema.nullable(), difference });
export type Rate = z.infer<typeof rateSchema>;

export const rowSchema = z.object({
  scene: z.string(),
  variant: z.string(),
  threads: z.number().int().nonnegative(),
  mappers: z.number().int().nonnegative(),
  /** Null when no boot was counted. */
  faults: rateSchema.nullable(),
  /** mmap and munmap pairs of the mappers, in a scene that has them. */
  maps: rateSchema.nullable(),
  /** Share of the faults that were speculative, 0 to 1: of /proc/vmstat; null where the kernel has no such counter. */
  share: z.number().min(0).max(1).nullable(),
  /** The same by perf events of the threads while warming up. */
  warmUpShare: z.number().min(0).max(1).nullable(),
  /** Slowest thread's part of the fastest thread's rate, 0 to 1; the median of the boots. */
  evenness: z.number().min(0).max(1).nullable(),
});
export type Row = z.infer<typeof rowSchema>;

/** What one counted boot of one kernel told; boots of the same round are compared with each other. */
export interface CountedBoot {
  readonly variant: string;
  readonly round: number;
  /** Of the workload fault-rate, by dotted name. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface Variant {
  readonly id: string;
  /** vmstat name of the event of the series; null for the base, and for a series that has none. */
  readonly counter: string | null;
}

/** @param variants the first is the base of all ratios. */
export function compare(variants: readonly Variant[], boots: readonly CountedBoot[]): Row[] {
  return SCENES.flatMap(({ id }) => variants.map((variant) => rowOf(id, variant, variants[0]!, boots)));
}

function rowOf(scene: string, variant: Variant, base: Variant, boots: readonly CountedBoot[]): Row {
  const mine = boots.filter((boot) => boot.variant === variant.id);
  const all = (name: string) => mine.flatMap(({ counters }) => counters[`${scene}.${name}`] ?? []);
  const total = (name: string) => (all(name).length === 0 ? null : all(name).reduce((a, b) => a + b, 0));
  const rate = (name: string) => rateOf(`${scene}.${name}`, variant, base, boots);
  const speculative = variant.counter === null ? null : total(`vmstat.${variant.counter}`);
  return {
    ...{ scene, variant: variant.id, threads: most(all('threads')), mappers: most(all('mappers')) },
    faults: rate('faultsPerSecond'),
    maps: rate('mapsPerSecond'),
    // mm/memory.c of v12: pgfault counts the classic faults alone.
    share: shareOf(speculative, (speculative ?? 0) + (total('vmstat.pgfault') ?? 0)),
    warmUpShare: shareOf(total('warmUp.spf'), total('warmUp.faults')),
    evenness:
      median(
        mine.flatMap(({ counters }) => {
          const [slowest, fastest] = [counters[`${scene}.slowestThread`], counters[`${scene}.fastestThread`]];
          return slowest === undefined || !fastest ? [] : [slowest / fastest];
        }),
      ) ?? null,
  };
}

function rateOf(name: string, variant: Variant, base: Variant, boots: readonly CountedBoot[]): Rate | null {
  const [mine, bases] = [byRound(name, variant, boots), byRound(name, base, boots)];
  const perSecond = intervalOf([...mine.values()]);
  if (perSecond === null) return null;
  if (variant.id === base.id) return { perSecond, ratio: null, difference: 'base' };
  const ratio = intervalOf([...mine].flatMap(([round, rate]) => rate / (bases.get(round) ?? NaN) || []));
  return { perSecond, ratio, difference: differenceOf(ratio) };
}

/** A rate of zero has no logarithm: a boot in which nothing happened is left out, as one that said nothing is. */
function byRound(name: string, { id }: Variant, boots: readonly CountedBoot[]): Map<number, number> {
  const known = boots.filter(({ variant, counters }) => variant === id && (counters[name] ?? 0) > 0);
  return new Map(known.map(({ round, counters }) => [round, counters[name]!]));
}

function differenceOf(ratio: Interval | null): Difference {
  if (ratio === null || ratio.low === null || ratio.high === null) return 'too few boots';
  if (ratio.low > 1) return 'more';
  return ratio.high < 1 ? 'fewer' : 'no difference seen';
}

const shareOf = (part: number | null, whole: number | null): number | null =>
  part === null || !whole ? null : Math.min(1, part / whole);

const most = (values: readonly number[]): number => Math.max(0, ...values);
