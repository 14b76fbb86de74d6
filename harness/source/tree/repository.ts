import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { withDiskErrors } from '../../base/disk.ts';
import { git } from '../git.ts';
import { layout } from '../layout.ts';

const settings: Readonly<Record<string, string>> = {
  // Nothing here may be thought garbage by another git that happens to run.
  'gc.auto': '0',
  'maintenance.auto': 'false',
  // Bytes in are bytes out; the user's attributes, ignore lists and hooks have no say.
  'core.autocrlf': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.hooksPath': '/dev/null',
  'core.compression': '1',
};

/** The bare repository that holds every base, made when it is not there yet. Call it under the import lock. */
export async function openRepository(ctx: Context): Promise<string> {
  const { repository } = layout(ctx);
  if (existsSync(repository)) return repository;
  const draft = `${repository}.draft`;
  await withDiskErrors(draft, async () => {
    await rm(draft, { recursive: true, force: true });
    await mkdir(dirname(draft), { recursive: true });
    const where = { ctx, writes: draft, repository: draft };
    await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=none'], where);
    for (const [name, value] of Object.entries(settings)) await git(['config', name, value], where);
    await mkdir(join(draft, 'info'));
    // Above every .gitattributes of a tree (gitattributes(5)).
    await writeFile(join(draft, 'info/attributes'), '* -text -ident -filter -working-tree-encoding\n');
    await rename(draft, repository);
  });
  return repository;
}
