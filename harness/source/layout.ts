import { join } from 'node:path';
import type { Context } from '../base/context.ts';

/** Where this part keeps its things in the cache. */
export function layout(ctx: Pick<Context, 'cacheDir'>) {
  const root = join(ctx.cacheDir, 'source');
  return {
    root,
    repository: join(root, 'kernels.git'),
    /** One JSON record per base that was taken in. */
    trees: join(root, 'trees'),
    /** Git indexes of `dir:` trees: what makes the second look at them quick. */
    indexes: join(root, 'indexes'),
    worktrees: join(root, 'worktrees'),
    /** The tree that goes through a series patch by patch; who moves it holds the lock. */
    stepping: join(root, 'stepping'),
    steppingLock: join(root, 'stepping.lock'),
    mailboxes: join(root, 'mailboxes'),
    /** Held during every import: one at a time, so what lies in `temporary` then is a dead run's. */
    importLock: join(root, 'import.lock'),
    temporary: join(root, 'temporary'),
  };
}
