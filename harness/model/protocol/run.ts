import { type Check } from './checks.ts';
import { explore, type Options, type Outcome } from './engine/explore.ts';
import type { System } from './engine/types.ts';
import { faultSystem } from './fault/system.ts';
import { FIXES } from './fixes.ts';
import type { Variant } from './lookup/scope.ts';
import { lookupSystem } from './lookup/system.ts';
import type { Mutant } from './mutants.ts';
import type { Property } from './properties.ts';

/** As posted, but for what the check presumes. */
export const posted = ({ given = [] }: Check): Variant => new Set(given);
export const FIXED: Variant = new Set(FIXES.map(({ id }) => id));

/** The fixed protocol with one thing broken. */
export function mutated({ id, without = [] }: Mutant): Variant {
  return new Set([...[...FIXED].filter((fix) => !without.includes(fix)), id]);
}

export function systemOf(
  check: Check,
  variant: Variant,
  properties: readonly Property[] = check.properties,
): System {
  const checked = new Set(properties);
  return check.model === 'lookup'
    ? lookupSystem(check.scope, variant, checked)
    : faultSystem(check.scope, variant, checked);
}

/**
 * Search the whole scope of a check. A counterexample found with the reduction may have steps that it does not need, so it is
 * looked for again without: breadth first, that one is as short as can be.
 */
export function runCheck(check: Check, variant: Variant, options: Options = {}): Outcome {
  const outcome = explore(systemOf(check, variant), options);
  if (outcome.verdict !== 'violated' || options.reduce === false || outcome.fault === null) return outcome;
  const shortest = explore(systemOf(check, variant), { ...options, reduce: false });
  return shortest.verdict === 'violated' ? shortest : outcome;
}
