/** One way to count speculative faults among all faults. */
export interface SpeculationCount {
  readonly speculative: number;
  readonly all: number;
  readonly source: string;
}

/**
 * What the counters say about speculation, best source first:
 * the workload's own per-thread perf events (arch code raises `faults` for every fault and `spf` for each speculative
 * one), then /proc/vmstat, where v12 counts a speculative fault instead of a classic one, so that the sum is all.
 *
 * @param counter vmstat name of the series' event, null when it has none.
 */
export function speculationCounts(
  counters: Readonly<Record<string, number>>,
  counter: string | null,
): SpeculationCount[] {
  const counts: SpeculationCount[] = [];
  const { spf, faults } = { spf: counters['spf'], faults: counters['faults'] };
  if (spf !== undefined && faults !== undefined)
    counts.push({ speculative: spf, all: faults, source: 'perf events of the workload' });
  const speculative = counter === null ? undefined : counters[`vmstat.${counter}`];
  const classic = counters['vmstat.pgfault'];
  if (speculative !== undefined && classic !== undefined)
    counts.push({ speculative, all: speculative + classic, source: '/proc/vmstat' });
  return counts;
}

/** Share of the first source that saw any fault, 0 to 1; undefined when none did. */
export function speculativeShare(counts: readonly SpeculationCount[]): number | undefined {
  const count = counts.find(({ all }) => all > 0);
  return count === undefined ? undefined : count.speculative / count.all;
}
