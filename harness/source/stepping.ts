import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { git, tryGit } from './git.ts';
import { layout } from './layout.ts';
import { moveWorktree } from './move.ts';
import type { Tree } from './types.ts';

/**
 * A checked-out tree that goes from commit to commit in place. Only files that differ are written, so that a build
 * beside it makes only what depends on them. Who uses it holds `layout(ctx).steppingLock`.
 */
export interface SteppingTree {
  /** Absolute, and always the same. */
  readonly directory: string;
  moveTo(commit: string): Promise<void>;
  /** Paths that differ between two commits; null when one of them is not in the repository. */
  readonly changed: (from: string, to: string) => Promise<string[] | null>;
  /** Id of a commit's content, its message and date aside. */
  contentOf(commit: string): Promise<string>;
}

export async function openSteppingTree({ repository }: Pick<Tree, 'repository'>, ctx: Context) {
  const { stepping: directory } = layout(ctx);
  const inside = { ctx, writes: directory, cwd: directory };
  const where = { ctx, writes: repository, repository };
  // What a step that was killed left, and what was put there by hand
  if (existsSync(join(directory, '.git'))) await tryGit(['clean', '-ffdxq'], inside);
  const tree: SteppingTree = {
    directory,
    moveTo: (commit) => moveWorktree(directory, commit, repository, ctx),
    async changed(from, to) {
      const names = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to];
      const paths = await tryGit(names, where);
      if (!paths.ok) return null;
      return paths.stdout.split('\0').filter((path) => path !== '');
    },
    contentOf: (commit) => git(['rev-parse', '--verify', `${commit}^{tree}`], where),
  };
  return tree;
}
