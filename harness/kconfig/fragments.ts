import { existsSync } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { UsageError } from '../base/errors.ts';
import { mergeAsks, parseFragment, type Ask } from './fragment.ts';

export interface FragmentRequest {
  readonly arch: Arch;
  /** Name of a file in kernel-config/profiles/, without `.config`. */
  readonly profile: string;
  /** Symbols that the series brings and that must be y: `SPECULATIVE_PAGE_FAULT`. */
  readonly symbols?: readonly string[];
  /** Symbols that the series brings and that must stay n. */
  readonly symbolsOff?: readonly string[];
  /** Further fragment files, absolute; they win over the others. */
  readonly extra?: readonly string[];
}

/**
 * All that is asked of a kernel: base, architecture, profile, what the architecture says to this profile (`arch/powerpc.kasan.config`,
 * where there is such a file), the series' own symbols, then extra fragments.
 *
 * @throws UsageError for an unknown profile, an architecture without a fragment, or a line that is none.
 */
export async function collectAsks(
  request: FragmentRequest,
  { projectDir }: Pick<Context, 'projectDir'>,
): Promise<Ask[]> {
  const directory = join(projectDir, 'kernel-config');
  const profiles = await listProfiles({ projectDir });
  if (!profiles.includes(request.profile)) {
    throw new UsageError(`there is no profile "${request.profile}"; profiles are: ${profiles.join(', ')}`);
  }
  const files = [
    join(directory, 'base.config'),
    ...request.arch.fragments.map((name) => join(directory, 'arch', `${name}.config`)),
    join(directory, 'profiles', `${request.profile}.config`),
    ...request.arch.fragments
      .map((name) => join(directory, 'arch', `${name}.${request.profile}.config`))
      .filter((path) => existsSync(path)),
  ];
  const fixed = await Promise.all(files.map(readFragment));
  const extra = await Promise.all((request.extra ?? []).map(readFragment));
  const ofSeries = (value: 'y' | 'n') => (symbol: string) => ({
    ...{ symbol, value, must: true, origin: 'the series' },
  });
  const series: Ask[] = [
    ...(request.symbols ?? []).map(ofSeries('y')),
    ...(request.symbolsOff ?? []).map(ofSeries('n')),
  ];
  return mergeAsks([...fixed, series, ...extra]);
}

/** Names of the profiles that kernel-config/profiles/ has. */
export async function listProfiles({ projectDir }: Pick<Context, 'projectDir'>): Promise<string[]> {
  const files = await readdir(join(projectDir, 'kernel-config', 'profiles'));
  return files
    .filter((file) => file.endsWith('.config'))
    .map((file) => basename(file, '.config'))
    .sort();
}

async function readFragment(path: string): Promise<Ask[]> {
  try {
    await access(path);
  } catch (cause) {
    throw new UsageError(`the configuration fragment ${path} is missing`, { cause });
  }
  return parseFragment(await readFile(path, 'utf8'), basename(path));
}
