import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../base/context.ts';
import { withDiskErrors } from '../base/disk.ts';
import { git, tryGit } from './git.ts';

/**
 * Makes a worktree be `commit`. Only files that differ are written, so that make compiles no others; where there is no
 * worktree, or a spoilt one, it is checked out anew. The caller has the directory for itself.
 */
export async function moveWorktree(
  directory: string,
  commit: string,
  repository: string,
  ctx: Context,
): Promise<void> {
  const inside = { ctx, writes: directory, cwd: directory };
  const there = existsSync(join(directory, '.git'));
  if (there && (await tryGit(['checkout', '--quiet', '--force', '--detach', commit], inside)).ok) return;
  await withDiskErrors(directory, async () => {
    await rm(directory, { recursive: true, force: true });
    await mkdir(dirname(directory), { recursive: true });
    const add = ['worktree', 'add', '--quiet', '--force', '--detach', directory, commit];
    await git(add, { ctx, writes: directory, repository });
  });
}
