import { detectors } from '../detectors.ts';
import { skip } from '../judgement.ts';
import type { Rule } from './rule.ts';

/** No verdict on a sanitizer that was asked for and is not in the kernel: a SKIP that says so, never a silent PASS. */
export const sanitizerRules: readonly Rule[] = detectors.map(({ symbol, title, watches }) => ({
  name: `sanitizer.${symbol.toLowerCase().replaceAll('_', '-')}`,
  judge({ kernel }) {
    const dropped = kernel.dropped.find((entry) => entry.symbol.replace(/^CONFIG_/, '') === symbol);
    if (dropped === undefined) return null;
    return skip(`${title} is not in this kernel: ${dropped.reason}; nothing watched ${watches}`);
  },
}));
