import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import { git, tryGit } from '../git.ts';
import { layout } from '../layout.ts';

/** Built files that lie in a source directory that is no git repository (from the kernel's own .gitignore files). */
const built = join(import.meta.dirname, 'built-files.txt');

/** Makes git stream every new file into one pack; as 70,000 loose files they would take minutes. */
const intoOnePack = ['-c', 'core.bigFileThreshold=1'];

/** 1 January 2000: commits of imported content have a fixed date, so that equal content is an equal commit. */
export const FIXED_SECONDS = 946_684_800;

/**
 * Takes the files of a directory into the shared repository as one commit without parents.
 *
 * @param index a git index file. Kept, it makes the next import of the same directory read changed files only.
 * @returns the commit's id, which follows from the content alone.
 */
export async function importDirectory(directory: string, index: string, ctx: Context): Promise<string> {
  const { repository } = layout(ctx);
  const where = { ctx, writes: repository, repository, workTree: directory, index, cwd: directory };
  const files = await listFiles(directory, index, ctx);
  if (files === '') throw new UsageError(`${directory} has no files`);
  const update = await tryGit([...intoOnePack, 'update-index', '--add', '--remove', '-z', '--stdin'], {
    ...where,
    input: files,
  });
  if (!update.ok) throw new UsageError(`cannot take in ${directory}: ${update.stderr}`);
  const tree = await git(['write-tree'], where);
  const identity = { name: 'spf-harness', email: 'spf-harness@localhost', seconds: FIXED_SECONDS };
  return git(['commit-tree', tree, '-m', 'Kernel sources as they were given'], { ...where, identity });
}

/** NUL-terminated paths: what the directory's own git knows or would add, else all but built files; and what was there last time. */
async function listFiles(directory: string, index: string, ctx: Context): Promise<string> {
  const own = { ctx, writes: directory, cwd: directory, asUser: true };
  const top = await tryGit(['rev-parse', '--show-toplevel'], own);
  const isRepository = top.ok && realpathSync(top.stdout) === realpathSync(directory);
  const { repository } = layout(ctx);
  const ours = { ctx, writes: repository, repository, workTree: directory, index, cwd: directory };
  const known = await git(['ls-files', '-z', '--cached'], ours);
  const now = isRepository
    ? await git(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], own)
    : await git(['ls-files', '-z', '--others', `--exclude-from=${built}`], ours);
  return known + now;
}
