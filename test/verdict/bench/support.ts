import type { CountedBoot, Variant } from '../../../harness/verdict/bench/compare.ts';
import { SCENES } from '../../../harness/verdict/bench/scenes.ts';

export const variants: readonly Variant[] = [
  { id: 'base', counter: null },
  { id: 'spf-v12', counter: 'speculative_pgfault' },
];

/** What fault-rate says of one scene. */
export const scene = (id: string, faultsPerSecond: number, more: Readonly<Record<string, number>> = {}) => ({
  [`${id}.threads`]: 2,
  [`${id}.mappers`]: 0,
  [`${id}.faultsPerSecond`]: faultsPerSecond,
  [`${id}.slowestThread`]: faultsPerSecond * 0.4,
  [`${id}.fastestThread`]: faultsPerSecond * 0.6,
  [`${id}.vmstat.pgfault`]: 1000,
  ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`${id}.${name}`, value])),
});

/** A boot in which every scene has the same rate; the series speculates in three of four faults of `touch`. */
export function boot(variant: string, round: number, rate: number): CountedBoot {
  const speculates = variant === 'base' ? {} : { 'vmstat.speculative_pgfault': 3000 };
  const counters = SCENES.map(({ id }) =>
    id === 'touch' ? scene(id, rate, { mappers: 1, mapsPerSecond: 100, ...speculates }) : scene(id, rate),
  );
  return {
    variant,
    round,
    counters: Object.assign({ pageSize: 4096, pinned: 1 }, ...counters) as Record<string, number>,
  };
}
