import { UsageError } from '../../base/errors.ts';
import type { Series, Tree } from '../types.ts';

/** `5.10` of `debian:5.10`, `5.10.223-1`, `git:…#v5.10.7`; undefined where no version is named. */
const releaseOf = (text: string): string | undefined => /\d+\.\d+/.exec(text)?.[0];

/**
 * A series that was made for another kernel may apply by luck and mean something else. What counts is the kernel's version,
 * not where the tree comes from; a base that names no version is not compared.
 *
 * @throws UsageError that names the series, its base and the tree.
 */
export function insistOnBase(tree: Pick<Tree, 'spec' | 'version'>, series: readonly Series[]): void {
  const release = releaseOf(tree.version);
  for (const { name, base } of series) {
    const made = base === undefined ? undefined : releaseOf(base);
    if (made === undefined || made === release) continue;
    throw new UsageError(
      `series ${name} is made for ${base}, and ${tree.spec} is Linux ${tree.version}: take --base ${base}, or another "base" in its series.yaml`,
    );
  }
}
