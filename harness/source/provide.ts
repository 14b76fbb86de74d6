import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { withDiskErrors } from '../base/disk.ts';
import { withLock } from '../base/lock.ts';
import { git } from './git.ts';
import { layout } from './layout.ts';
import { locateDebian } from './provider/debian.ts';
import { locateDirectory } from './provider/directory.ts';
import { locateGit } from './provider/git.ts';
import type { Import, Located } from './provider/provider.ts';
import { parseTreeSpec, type TreeSpec } from './provider/spec.ts';
import { locateTarball } from './provider/tarball.ts';
import type { Tree } from './types.ts';
import { readRecord, writeRecord } from './tree/record.ts';
import { openRepository } from './tree/repository.ts';

/**
 * The kernel tree that a spec names, in the cache's repository. The first call takes it in (a minute for a whole
 * kernel); later ones need no network and no time, except that `git:` branches and `dir:` are looked at each time.
 * Callers at the same time, in other processes too, wait for each other; what was interrupted is begun again.
 *
 * @param spec `debian:5.10`, `tarball:PATH`, `tarball:URL#sha256=HEX`, `git:URL-or-PATH#REF`, or `dir:PATH`.
 * @throws UsageError for a spec that is wrong or leads to no kernel tree; RigError when nobody serves it or the disk
 *   is full.
 */
export async function provideTree(spec: string, ctx: Context): Promise<Tree> {
  const located = await locate(parseTreeSpec(spec), ctx);
  const taken = (await recall(located, ctx)) ?? (await take(located, ctx));
  return { spec, repository: layout(ctx).repository, ...taken };
}

async function locate(spec: TreeSpec, ctx: Context): Promise<Located> {
  switch (spec.kind) {
    case 'debian':
      return locateDebian(spec.release);
    case 'tarball':
      return locateTarball(spec);
    case 'git':
      return locateGit(spec, ctx);
    case 'directory':
      return locateDirectory(spec.path);
  }
}

async function recall({ key }: Located, ctx: Context): Promise<Import | undefined> {
  return key === undefined ? undefined : readRecord(key, ctx);
}

function take(located: Located, ctx: Context): Promise<Import> {
  const { importLock, temporary } = layout(ctx);
  return withLock(importLock, ctx, async () => {
    const meanwhile = await recall(located, ctx);
    if (meanwhile !== undefined) return meanwhile;
    const scratch = join(temporary, randomBytes(6).toString('hex'));
    return withDiskErrors(scratch, async () => {
      await rm(temporary, { recursive: true, force: true });
      await mkdir(scratch, { recursive: true });
      try {
        const repository = await openRepository(ctx);
        const taken = await located.take(scratch, ctx);
        await git(['update-ref', `refs/trees/${taken.commit}`, taken.commit], {
          ctx,
          writes: repository,
          repository,
        });
        if (located.key !== undefined) await writeRecord(located.key, taken, ctx);
        return taken;
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
  });
}
