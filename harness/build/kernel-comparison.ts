import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStamp, productNames, type KernelStamp } from './kernel-stamp.ts';
import { diffWarnings, type Warning } from './kernel-warnings.ts';

export interface Comparison {
  readonly addedWarnings: readonly Warning[] | null;
  /** What was compared with, or why nothing was. */
  readonly comparison: string;
}

/**
 * Compares a kernel's compiler warnings with those of its base, when the base was built by the same compiler with the
 * same profile.
 *
 * @param kernels directory of all finished kernels.
 * @param baseKey key of the base's tree.
 */
export async function compareWithBase(
  kernels: string,
  baseKey: string | undefined,
  { treeKey, arch, profile, compiler }: Pick<KernelStamp, 'treeKey' | 'arch' | 'profile' | 'compiler'>,
  warnings: readonly Warning[],
): Promise<Comparison> {
  if (baseKey === undefined) return { addedWarnings: null, comparison: 'not compared: no base was named' };
  if (baseKey === treeKey) return { addedWarnings: null, comparison: 'not compared: this is the base' };
  for (const name of await readdir(kernels)) {
    const directory = join(kernels, name);
    const stamp = await readStamp(directory);
    if (stamp === undefined || stamp.treeKey !== baseKey) continue;
    if (stamp.arch !== arch || stamp.profile !== profile || stamp.compiler !== compiler) continue;
    const added = diffWarnings(await readWarnings(directory), warnings);
    return { addedWarnings: added, comparison: `compared with ${stamp.release}` };
  }
  return {
    addedWarnings: null,
    comparison: `not compared: the base has not been built with the profile ${profile} and this compiler`,
  };
}

/** The warnings recorded with a finished kernel. */
export async function readWarnings(directory: string): Promise<Warning[]> {
  return JSON.parse(await readFile(join(directory, productNames.warnings), 'utf8')) as Warning[];
}
