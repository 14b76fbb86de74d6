import { sha256 } from '../series/hash.ts';
import type { Series, Tree } from '../types.ts';

/** Names a base with series on it: 16 hex digits that follow from the base's commit and the series' hashes, in order. */
export function worktreeKey(tree: Pick<Tree, 'commit'>, series: readonly Pick<Series, 'hash'>[]): string {
  return sha256([tree.commit, ...series.map(({ hash }) => hash)].join('\n')).slice(0, 16);
}
