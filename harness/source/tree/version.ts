import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import { tryGit } from '../git.ts';
import { layout } from '../layout.ts';

/** KERNELVERSION of a kernel's top Makefile, without `-rc` of EXTRAVERSION being lost; undefined: not a kernel's. */
export function parseVersion(makefile: string): string | undefined {
  const field = (name: string) => new RegExp(`^${name} *= *(.*)$`, 'm').exec(makefile)?.[1]?.trim();
  const [version, patchlevel, sublevel] = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map(field);
  if (!version || !patchlevel) return undefined;
  return `${version}.${patchlevel}${sublevel ? `.${sublevel}` : ''}${field('EXTRAVERSION') ?? ''}`;
}

/** @throws UsageError when the commit is not a kernel tree; `spec` is for that message. */
export async function kernelVersion(commit: string, spec: string, ctx: Context): Promise<string> {
  const { repository } = layout(ctx);
  const makefile = await tryGit(['cat-file', 'blob', `${commit}:Makefile`], {
    ctx,
    writes: repository,
    repository,
  });
  const version = makefile.ok ? parseVersion(makefile.stdout) : undefined;
  if (version === undefined)
    throw new UsageError(`${spec} is not a kernel tree: no Makefile with a VERSION at its top`);
  return version;
}
