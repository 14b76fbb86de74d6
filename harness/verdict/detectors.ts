/** What inside a kernel notices a class of bug; its silence means nothing where it is not there. */
export interface Detector {
  /** Configuration symbol, without `CONFIG_`. */
  readonly symbol: string;
  readonly title: string;
  readonly watches: string;
}

export const detectors: readonly Detector[] = [
  { symbol: 'KASAN', title: 'KASAN', watches: 'use after free and out-of-bounds accesses' },
  { symbol: 'KCSAN', title: 'KCSAN', watches: 'data races' },
  { symbol: 'KFENCE', title: 'KFENCE', watches: 'sampled memory errors' },
  { symbol: 'UBSAN', title: 'UBSAN', watches: 'undefined behaviour' },
  { symbol: 'DEBUG_VM', title: 'DEBUG_VM', watches: 'VM_BUG_ON assertions' },
  { symbol: 'DEBUG_VM_RB', title: 'DEBUG_VM_RB', watches: 'the VMA tree' },
  { symbol: 'PROVE_LOCKING', title: 'lockdep', watches: 'lock order' },
  { symbol: 'PROVE_RCU', title: 'lockdep-RCU', watches: 'RCU usage' },
  { symbol: 'SLUB_DEBUG', title: 'SLUB debugging', watches: 'slab corruption' },
  { symbol: 'DEBUG_PAGEALLOC', title: 'DEBUG_PAGEALLOC', watches: 'use of freed pages' },
  { symbol: 'DEBUG_KMEMLEAK', title: 'kmemleak', watches: 'leaks' },
  { symbol: 'DEBUG_OBJECTS_RCU_HEAD', title: 'DEBUG_OBJECTS_RCU_HEAD', watches: 'double call_rcu()' },
];

/**
 * Of the detectors those that a kernel has and that are at work from its boot on: SLUB's checks of every object and
 * kmemleak are compiled in long before they are switched on.
 *
 * @param config symbol to value, as in a `.config`.
 */
export function detectorsIn(config: ReadonlyMap<string, string>): string[] {
  const on = (symbol: string) => config.get(symbol) === 'y';
  const atWork: Readonly<Record<string, boolean>> = {
    SLUB_DEBUG: on('SLUB_DEBUG_ON'),
    DEBUG_KMEMLEAK: !on('DEBUG_KMEMLEAK_DEFAULT_OFF'),
    DEBUG_PAGEALLOC: on('DEBUG_PAGEALLOC_ENABLE_DEFAULT'),
  };
  return detectors.map(({ symbol }) => symbol).filter((symbol) => on(symbol) && atWork[symbol] !== false);
}
