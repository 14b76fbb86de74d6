import { UsageError } from '../../base/errors.ts';
import { LIMITS } from '../limits.ts';
import type { Patch, Series, SeriesFacts } from '../types.ts';
import { patchsetHash } from './hash.ts';

type Optional<T> = { [K in keyof T]?: T[K] | undefined };

/** Puts a series together; what is undefined is left out. */
export function makeSeries(
  parts: { name: string; patches: readonly Patch[] } & Optional<SeriesFacts & { title: string }>,
): Series {
  const { name, patches, ...facts } = parts;
  if (patches.length === 0) throw new UsageError(`${name}: there are no patches in it`);
  if (patches.length > LIMITS.patches) {
    throw new UsageError(`${name}: ${patches.length} patches; more than ${LIMITS.patches} are not taken`);
  }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return {
    name,
    patches,
    hash: patchsetHash(patches.map((patch) => patch.sha256)),
    ...(Object.fromEntries(known) as SeriesFacts),
  };
}
