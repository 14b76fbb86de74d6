import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Context } from '../../base/context.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { RigError, UsageError } from '../../base/errors.ts';
import { tryGit } from '../git.ts';
import { layout } from '../layout.ts';
import { sha256 } from '../series/hash.ts';
import { readRecord } from '../tree/record.ts';
import { kernelVersion } from '../tree/version.ts';
import type { Located } from './provider.ts';
import type { TreeSpec } from './spec.ts';

type GitSpec = Extract<TreeSpec, { kind: 'git' }>;

/**
 * A commit of a git repository. A branch or tag is looked up each time, so that a branch that moved is another tree;
 * when its server is not reached, the commit that it was last time is taken, and `servedBy` says so.
 */
export async function locateGit(spec: GitSpec, ctx: Context): Promise<Located> {
  const { location: written, url, ref } = spec;
  const location = url ? written : resolve(written);
  const commit = url ? await resolveRemote(location, ref, ctx) : await resolveLocal(location, ref, ctx);
  if (commit === undefined) return fromLastTime(location, ref, ctx);
  if (url) await writeFileAtomic(lastFile(location, ref, ctx), commit);
  return {
    key: `git-${commit}`,
    take: async (_scratch, inner) => {
      const { repository } = layout(inner);
      inner.notify({ task: 'source', text: `fetching ${location} ${ref}` });
      // A commit without its history: kernels have a million others.
      const from = url ? location : `file://${location}`;
      const fetch = [
        'fetch',
        '--quiet',
        '--depth=1',
        '--no-tags',
        '--no-write-fetch-head',
        '--',
        from,
        commit,
      ];
      const fetched = await tryGit(fetch, { ctx: inner, writes: repository, repository, asUser: true });
      if (!fetched.ok) throw new RigError(`cannot fetch ${ref} from ${location}: ${fetched.stderr}`);
      const version = await kernelVersion(commit, `git:${location}#${ref}`, inner);
      return { commit, version: `${version}-g${commit.slice(0, 12)}`, servedBy: location };
    },
  };
}

async function resolveLocal(path: string, ref: string, ctx: Context): Promise<string> {
  if (!existsSync(path)) throw new UsageError(`kernel "git:${path}#${ref}": ${path} is not there`);
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const found = await tryGit(args, { ctx, writes: path, cwd: path, asUser: true });
  if (found.ok) return found.stdout;
  const why = found.stderr.startsWith('fatal:') ? found.stderr : `there is no "${ref}" in it`;
  throw new UsageError(`kernel "git:${path}#${ref}": ${why}`);
}

/** Undefined when the server is not reached. */
async function resolveRemote(url: string, ref: string, ctx: Context): Promise<string | undefined> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref;
  const listed = await tryGit(['ls-remote', '--', url, ref, `${ref}^{}`], { ctx, writes: url, asUser: true });
  if (!listed.ok) return undefined;
  const refs = new Map(
    listed.stdout.split('\n').map((line) => line.split('\t').reverse() as [string, string]),
  );
  for (const name of [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`, `${ref}^{}`, ref]) {
    const commit = refs.get(name);
    if (commit) return commit;
  }
  throw new UsageError(`kernel "git:${url}#${ref}": the repository has no branch or tag "${ref}"`);
}

async function fromLastTime(location: string, ref: string, ctx: Context): Promise<Located> {
  const last = await readFile(lastFile(location, ref, ctx), 'utf8').catch(() => undefined);
  const record = last === undefined ? undefined : await readRecord(`git-${last}`, ctx);
  if (record === undefined) throw new RigError(`${location} is not reached, and ${ref} is not in the cache`);
  const servedBy = `${record.servedBy} (not reached now; what it had last time)`;
  return { key: undefined, take: () => Promise.resolve({ ...record, servedBy }) };
}

/** Remembers which commit a branch or tag was. Only a commit that was taken in too has a record. */
const lastFile = (location: string, ref: string, ctx: Context): string =>
  join(layout(ctx).trees, `last-${sha256(`${location}#${ref}`).slice(0, 32)}`);
