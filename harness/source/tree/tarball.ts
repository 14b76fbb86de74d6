import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { withDiskErrors } from '../../base/disk.ts';
import { UsageError } from '../../base/errors.ts';
import { runTool } from '../tool.ts';
import { importDirectory } from './import.ts';
import { kernelVersion } from './version.ts';

/** Unpacks a tarball (any compression that tar(1) knows) below `scratch` and takes it into the repository. */
export async function importTarball(
  tarball: string,
  scratch: string,
  ctx: Context,
): Promise<{ commit: string; version: string }> {
  const directory = join(scratch, 'unpacked');
  return withDiskErrors(directory, async () => {
    await mkdir(directory);
    const argv = [
      'tar',
      '--extract',
      '--file',
      tarball,
      '--directory',
      directory,
      '--no-same-owner',
    ] as const;
    const result = await runTool([...argv], { ctx, writes: directory });
    if (!result.ok) throw new UsageError(`cannot unpack ${tarball}: ${result.stderr}`);
    ctx.notify({ task: 'source', text: `taking ${tarball} into the repository` });
    const top = await findTop(directory);
    const commit = await importDirectory(top, join(scratch, 'index'), ctx);
    const version = await kernelVersion(commit, tarball, ctx);
    await rm(directory, { recursive: true });
    return { commit, version };
  });
}

/** Kernel tarballs have one directory at their top. */
async function findTop(directory: string): Promise<string> {
  const [only, ...others] = await readdir(directory, { withFileTypes: true });
  const single =
    only?.isDirectory() === true && others.length === 0 && !existsSync(join(directory, 'Makefile'));
  return single ? join(directory, only.name) : directory;
}
