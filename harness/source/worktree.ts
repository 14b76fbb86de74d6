import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../base/context.ts';
import { withDiskErrors } from '../base/disk.ts';
import { UsageError } from '../base/errors.ts';
import { withLock } from '../base/lock.ts';
import { git, tryGit } from './git.ts';
import { layout } from './layout.ts';
import { moveWorktree } from './move.ts';
import type { Series, Tree, Worktree } from './types.ts';
import { applySeries } from './apply/apply.ts';
import { worktreeKey } from './apply/key.ts';

/**
 * The tree with the series applied, checked out. The first call for a base and series takes about ten seconds for a
 * whole kernel, later ones a fraction of one; the directory is the same each time and its files are left alone, so
 * a build continues. Callers at the same time wait for each other.
 *
 * @throws UsageError when a patch does not apply (patch, file, hunk, rejected lines; nothing is left behind), or when
 *   somebody edited the worktree; RigError when the disk is full.
 */
export async function prepareWorktree(
  tree: Tree,
  series: readonly Series[],
  ctx: Context,
): Promise<Worktree> {
  const key = worktreeKey(tree, series);
  const place = placeOf(key, ctx);
  return withLock(place.lock, ctx, async () => {
    const ready = await findReady(place, tree.repository, ctx);
    if (ready !== undefined) return { directory: place.directory, commit: ready, key };
    const commit = await applySeries(tree, series, ctx);
    await checkOut(place, tree.repository, commit, ctx);
    return { directory: place.directory, commit, key };
  });
}

/** Gives a worktree's space back; for campaigns that need many, one after the other. Builds of it must have ended. */
export async function removeWorktree(tree: Tree, worktree: Worktree, ctx: Context): Promise<void> {
  const place = placeOf(worktree.key, ctx);
  await withLock(place.lock, ctx, () => discard(place, tree.repository, ctx));
}

/**
 * One worktree that becomes one commit after another, so that only the files which differ are written and make compiles no
 * others. `work` has it for itself until it ends.
 *
 * @param name of the worktree, path-safe.
 * @param commit one of the tree's repository.
 */
export async function withSwitchedWorktree<T>(
  tree: Tree,
  name: string,
  commit: string,
  ctx: Context,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const place = placeOf(name, ctx);
  return withLock(place.lock, ctx, async () => {
    await moveWorktree(place.directory, commit, tree.repository, ctx);
    return work(place.directory);
  });
}

interface Place {
  readonly directory: string;
  readonly lock: string;
  /** Written last: a worktree with this ref is whole. */
  readonly ref: string;
}

function placeOf(key: string, ctx: Context): Place {
  const { worktrees } = layout(ctx);
  return { directory: join(worktrees, key), lock: join(worktrees, `${key}.lock`), ref: `refs/ready/${key}` };
}

/** The commit of a worktree that is whole and as it was made; undefined when there is none. */
async function findReady(place: Place, repository: string, ctx: Context): Promise<string | undefined> {
  const where = { ctx, writes: repository, repository };
  const ref = await tryGit(['rev-parse', '--verify', '--quiet', place.ref], where);
  if (!ref.ok || !existsSync(join(place.directory, '.git'))) return undefined;
  const inside = { ctx, writes: place.directory, cwd: place.directory };
  const head = await tryGit(['rev-parse', '--verify', '--quiet', 'HEAD'], inside);
  const status = await tryGit(['status', '--porcelain', '--untracked-files=no'], inside);
  if (!head.ok || !status.ok) return undefined;
  const edited = status.stdout.split('\n').filter((line) => line !== '');
  if (edited.length === 0 && head.stdout === ref.stdout) return ref.stdout;
  const what = edited.length === 0 ? 'another commit is checked out' : edited.slice(0, 5).join(', ');
  throw new UsageError(
    `${place.directory} was edited (${what}); it must be the series and nothing else. ` +
      `Remove that directory, and give an edited tree as dir:PATH`,
  );
}

async function checkOut(place: Place, repository: string, commit: string, ctx: Context): Promise<void> {
  const { directory, ref } = place;
  const where = { ctx, writes: directory, repository };
  await discard(place, repository, ctx);
  ctx.notify({ task: 'source', text: `checking out into ${directory}` });
  await withDiskErrors(directory, async () => {
    await mkdir(dirname(directory), { recursive: true });
    try {
      await git(['worktree', 'add', '--quiet', '--force', '--detach', directory, commit], where);
      await git(['update-ref', ref, commit], where);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  });
}

/**
 * Not `git worktree prune`: it may take another process's worktree, just begun, for a dead one. A registration that
 * stays behind is replaced by the next `worktree add --force`.
 */
async function discard({ directory, ref }: Place, repository: string, ctx: Context): Promise<void> {
  const where = { ctx, writes: directory, repository };
  await git(['update-ref', '-d', ref], where);
  if (existsSync(directory)) await tryGit(['worktree', 'remove', '--force', '--force', directory], where);
  await rm(directory, { recursive: true, force: true });
}
