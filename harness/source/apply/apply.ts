import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import { unsafeMode, unsafePath } from '../diff/safety.ts';
import { git, tryGit, type GitOptions } from '../git.ts';
import type { Patch, Series, Tree } from '../types.ts';
import { FIXED_SECONDS } from '../tree/import.ts';
import { describeRejection } from './rejection.ts';

/** A patch that was applied, and the commit that it made. */
export interface AppliedPatch {
  readonly series: Series;
  readonly patch: Patch;
  readonly commit: string;
}

/**
 * Applies all patches of the series.
 *
 * @returns the id of the last commit (the tree's own for no series).
 * @throws as applyPatches() does.
 */
export async function applySeries(tree: Tree, series: readonly Series[], ctx: Context): Promise<string> {
  let last = tree.commit;
  for await (const { commit } of applyPatches(tree, series, ctx)) last = commit;
  return last;
}

/**
 * Applies series to a tree, a commit a patch, in the repository alone: no file is checked out, so a patch that fails
 * leaves nothing behind. Authors and messages are the patches', dates are fixed: the same series on the same base is
 * the same commit. Gives the patches one after the other, so that those before one that does not apply are known.
 *
 * @throws UsageError with patch, file, hunk and the rejected lines.
 */
export async function* applyPatches(
  tree: Tree,
  series: readonly Series[],
  ctx: Context,
): AsyncGenerator<AppliedPatch, void> {
  const { repository } = tree;
  const directory = await mkdtemp(join(repository, 'apply-'));
  const where = { ctx, writes: repository, repository, index: join(directory, 'index') };
  const all = series.flatMap((one) => one.patches.map((patch) => ({ series: one, patch })));
  try {
    await git(['read-tree', tree.commit], where);
    let commit = tree.commit;
    for (const [index, { series: one, patch }] of all.entries()) {
      ctx.notify({
        task: 'series',
        text: `applying ${patch.number}: ${patch.title}`,
        fraction: index / all.length,
      });
      const onto = index === 0 ? tree.spec : `${tree.spec} with the patches before it`;
      await applyPatch(one, patch, onto, where);
      const message = patch.message === '' ? `${patch.title}\n` : `${patch.title}\n\n${patch.message}\n`;
      const identity = { ...patch.author, seconds: FIXED_SECONDS + index + 1 };
      const content = await git(['write-tree'], where);
      const next = await git(['commit-tree', content, '-p', commit, '-F', '-'], {
        ...where,
        identity,
        input: message,
      });
      await checkResult(one, patch, commit, next, where);
      commit = next;
      yield { series: one, patch, commit };
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function applyPatch(series: Series, patch: Patch, onto: string, where: GitOptions): Promise<void> {
  const apply = ['apply', '--cached', '--whitespace=nowarn', '-p1'];
  const result = await tryGit([...apply, '-'], { ...where, input: patch.diff });
  if (result.ok) return;
  const reversed = await tryGit([...apply, '--check', '--reverse', '-'], { ...where, input: patch.diff });
  throw new UsageError(describeRejection(series, patch, onto, result.stderr, reversed.ok));
}

/**
 * Looks at what really changed, whatever the patch looked like: a patch may write through a link that the tree has,
 * by changing the link's own text.
 */
async function checkResult(
  series: Series,
  patch: Patch,
  before: string,
  after: string,
  where: GitOptions,
): Promise<void> {
  const raw = await git(['diff-tree', '-r', '-z', '--raw', '--no-renames', before, after], where);
  const fields = raw.split('\0').filter((field) => field !== '');
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = ''] = (fields[at] ?? '').slice(1).split(' ');
    const path = fields[at + 1] ?? '';
    const modes = [oldMode, newMode].filter((mode) => mode !== '000000');
    const reason = unsafePath(path) ?? modes.map(unsafeMode).find((problem) => problem !== undefined);
    if (reason !== undefined) {
      throw new UsageError(
        `${series.name}, patch ${patch.number} (${patch.title}; ${patch.file}): ${path}: ${reason}`,
      );
    }
  }
}
