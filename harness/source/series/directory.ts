import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import { LIMITS } from '../limits.ts';
import type { Patch, Series } from '../types.ts';
import { readBounded } from './files.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { numberPatches, toPatch } from './order.ts';
import { readPatch } from './patch.ts';
import { makeSeries } from './series.ts';

const MANIFEST = 'series.yaml';
const MANIFEST_BYTES = 2 ** 20;

/** A directory with series.yaml, or else with `*.patch` files that are taken in the order of their names. */
export async function readDirectory(directory: string, ctx: Pick<Context, 'signal'>): Promise<Series> {
  const names = (await readdir(directory)).sort();
  const patchFiles = names.filter((name) => name.endsWith('.patch'));
  if (names.includes(MANIFEST)) {
    const path = join(directory, MANIFEST);
    const text = await readBounded(path, MANIFEST_BYTES, directory);
    return withManifest(directory, parseManifest(text.toString('utf8'), path), patchFiles, ctx);
  }
  if (patchFiles.length === 0) throw new UsageError(`${directory} has neither ${MANIFEST} nor *.patch files`);
  const drafts = [];
  for (const file of patchFiles) {
    const path = join(directory, file);
    // format-patch --cover-letter writes it beside the patches.
    if (/^(v\d+-)?0+-cover-letter\.patch$/.test(file)) continue;
    drafts.push(await readPatch(await readBounded(path, LIMITS.patchBytes, directory), file, path, ctx));
  }
  return makeSeries({ name: basename(resolve(directory)), patches: numberPatches(drafts, directory) });
}

async function withManifest(
  directory: string,
  manifest: Manifest,
  patchFiles: readonly string[],
  ctx: Pick<Context, 'signal'>,
): Promise<Series> {
  const listed = new Set(manifest.patches.map(({ file }) => file));
  const forgotten = patchFiles.filter((name) => !listed.has(name));
  if (forgotten.length > 0) {
    throw new UsageError(
      `${join(directory, MANIFEST)} does not list ${forgotten.join(', ')}; list or remove it`,
    );
  }
  const patches: Patch[] = [];
  for (const { file, number, title } of manifest.patches) {
    const path = join(directory, file);
    const draft = await readPatch(await readBounded(path, LIMITS.patchBytes, directory), file, path, ctx);
    patches.push({ ...toPatch(draft, number), title });
  }
  const { name, title, base, symbol, counter, perfEvent, sysctl, rules } = manifest;
  return makeSeries({ name, patches, title, base, symbol, counter, perfEvent, sysctl, rules });
}
