import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RigError } from '../../base/errors.ts';

/**
 * Module files in the order in which they can be loaded: what a module needs comes before it. Debian makes
 * modules.dep only when a kernel is installed, so the modules are asked: `depends=` in their .modinfo section
 * (include/linux/module.h).
 *
 * @param root directory that holds the .ko files at any depth.
 * @param wanted module names as `lsmod` shows them (`virtio_net`); those that are not there are built in, or missing
 *   on purpose, and left out.
 * @returns absolute paths.
 */
export async function modulesInOrder(root: string, wanted: readonly string[]): Promise<string[]> {
  const files = new Map<string, string>();
  for await (const path of glob('**/*.ko', { cwd: root })) files.set(moduleName(path), join(root, path));
  const ordered = new Set<string>();
  const visit = async (name: string, neededBy?: string): Promise<void> => {
    const path = files.get(name);
    if (path === undefined) {
      if (neededBy === undefined) return;
      throw new RigError(`module ${neededBy} needs ${name}, which is not in ${root}`);
    }
    for (const needed of dependenciesIn(await readFile(path))) await visit(needed, name);
    ordered.add(path);
  };
  for (const name of wanted) await visit(name);
  return [...ordered];
}

/** The names in a module's `depends=` tag. */
export function dependenciesIn(module: Uint8Array): string[] {
  const tag = /\0depends=([^\0]*)\0/.exec(Buffer.from(module).toString('latin1'))?.[1] ?? '';
  return tag.split(',').filter((name) => name !== '');
}

function moduleName(path: string): string {
  return basename(path, '.ko').replaceAll('-', '_');
}
