import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import { git, tryGit } from '../git.ts';
import type { Series } from '../types.ts';
import { makeSeries } from './series.ts';
import { readPatch, type Draft } from './patch.ts';
import { toPatch } from './order.ts';

/** What makes format-patch's output depend on the commits alone and not on the user's settings. */
const settings = [
  'diff.noprefix=false',
  'diff.mnemonicPrefix=false',
  'diff.algorithm=default',
  'diff.renames=true',
  'diff.context=3',
  'core.quotePath=true',
  'format.signOff=false',
  'format.useAutoBase=false',
  'format.notes=false',
  'format.from=false',
  'format.headers=',
];
const options = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--full-index',
  '--no-signature',
  '--zero-commit',
  '--no-numbered',
  '--no-attach',
  '--no-thread',
  '--no-cover-letter',
  '--encoding=UTF-8',
];

/** The commits of `A..B` in a local repository, oldest first, through git-format-patch(1). */
export async function readRange(
  repository: string,
  range: string,
  ctx: Pick<Context, 'signal'>,
): Promise<Series> {
  const label = `git:${repository}#${range}`;
  const [, from, to] = /^([^.-](?:(?!\.\.).)*)\.\.([^.-].*)$/.exec(range) ?? [];
  if (from === undefined || to === undefined) {
    throw new UsageError(`${label}: a range has the form A..B, as v5.10..my-branch`);
  }
  const directory = await mkdtemp(join(tmpdir(), 'spf-range-'));
  const where = { ctx, writes: directory, cwd: repository, asUser: true };
  try {
    for (const end of [from, to]) {
      const found = await tryGit(
        ['rev-parse', '--verify', '--quiet', '--end-of-options', `${end}^{commit}`],
        where,
      );
      if (!found.ok)
        throw new UsageError(`${label}: there is no commit "${end}" in ${repository}${detail(found.stderr)}`);
    }
    const merges = await git(['rev-list', '--merges', '--count', `${from}..${to}`], where);
    if (merges !== '0')
      throw new UsageError(
        `${label}: has ${merges} merges; a series is a straight line of commits (git rebase)`,
      );
    const flags = settings.flatMap((setting) => ['-c', setting]);
    await git([...flags, 'format-patch', ...options, '-o', directory, `${from}..${to}`], where);
    const drafts: Draft[] = [];
    for (const file of (await readdir(directory)).sort()) {
      drafts.push(await readPatch(await readFile(join(directory, file)), file, `${label}, ${file}`, ctx));
    }
    if (drafts.length === 0) throw new UsageError(`${label}: there are no commits in this range`);
    return makeSeries({ name: range, patches: drafts.map((draft, index) => toPatch(draft, index + 1)) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const detail = (stderr: string): string => (stderr.startsWith('fatal:') ? `: ${stderr}` : '');
