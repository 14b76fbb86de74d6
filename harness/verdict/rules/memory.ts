import { kernelFails, pass } from '../judgement.ts';
import { booted, wasInterrupted, type Rule } from './rule.ts';

/**
 * How much more a kernel may keep after a workload than before: slab objects or kB. Shells and the SSH server come and
 * go; a workload makes tens of thousands of each, so a leak of one in a thousand is well above.
 */
const MOST: Readonly<Record<string, number>> = {
  vm_area_struct: 24,
  mm_struct: 4,
  anon_vma: 24,
  anon_vma_chain: 24,
  PageTables: 512,
  AnonPages: 4096,
};

/** All that the kernel kept for the workload's processes went with them. */
export const memoryReturned: Rule = {
  name: 'memory.returned',
  judge(job) {
    const known = Object.entries(MOST).flatMap(([name, most]) => {
      const more = job.counters[`kept.${name}`];
      return more === undefined ? [] : [{ name, most, more }];
    });
    if (known.length === 0 || !booted(job) || wasInterrupted(job)) return null;
    const words = (some: typeof known) => some.map(({ name, more }) => `${name} ${more}`).join(', ');
    const leaked = known.filter(({ more, most }) => more > most);
    if (leaked.length > 0)
      return kernelFails(`the kernel keeps more than before the workload: ${words(leaked)}`, 'likely');
    return pass(`nothing is kept: ${words(known)}`);
  },
};
