import { skip } from '../judgement.ts';
import type { Rule } from './rule.ts';

/** Detectors inside the kernel whose silence means nothing when they are not there. */
const sanitizers: readonly { readonly symbol: string; readonly title: string; readonly watches: string }[] = [
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

/** No verdict on a sanitizer that was asked for and is not in the kernel: a SKIP that says so, never a silent PASS. */
export const sanitizerRules: readonly Rule[] = sanitizers.map(({ symbol, title, watches }) => ({
  name: `sanitizer.${symbol.toLowerCase().replaceAll('_', '-')}`,
  judge({ kernel }) {
    const dropped = kernel.dropped.find((entry) => entry.symbol.replace(/^CONFIG_/, '') === symbol);
    if (dropped === undefined) return null;
    return skip(`${title} is not in this kernel: ${dropped.reason}; nothing watched ${watches}`);
  },
}));
