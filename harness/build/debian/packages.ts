import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Userland } from '../../arch/index.ts';
import { spawnTethered } from '../../base/command.ts';
import type { Context } from '../../base/context.ts';
import { RigError } from '../../base/errors.ts';
import { cachedDirectory } from '../cached.ts';
import { openApt, type Apt } from './apt.ts';

const debianArchitectures: Partial<Record<Userland, string>> = { x86_64: 'amd64', ppc64le: 'ppc64el' };

/** Debian's name of an architecture, undefined for one that it does not release: ppc64 (big endian). */
export function debianArchitecture(userland: Userland): string | undefined {
  return debianArchitectures[userland];
}

/**
 * A binary package, unpacked, in the cache; fetched when it is not there yet. What was fetched once stays the same
 * until the cache is deleted, so that runs can be compared.
 *
 * @param choose picks the package's name, for those that go by version (a kernel's).
 * @returns the directory that stands for `/`.
 */
export async function binaryPackage(
  ctx: Context,
  userland: Userland,
  name: string,
  choose: (apt: Apt) => Promise<string> = () => Promise.resolve(name),
): Promise<string> {
  const architecture = debianArchitecture(userland);
  if (architecture === undefined) throw new RigError(`Debian has no packages for ${userland}`);
  return cachedDirectory(ctx, `debian/${architecture}/${name}`, (directory) =>
    fetched(ctx, directory, architecture, async (apt, downloads) => {
      await apt.download(await choose(apt), downloads);
      await run(ctx, ['dpkg-deb', '-x', await only(downloads, '.deb'), directory]);
    }),
  );
}

/** A source package, unpacked with Debian's patches applied, in the cache. @returns the source directory. */
export async function sourcePackage(ctx: Context, name: string): Promise<string> {
  const directory = await cachedDirectory(ctx, `debian/source/${name}`, (draft) =>
    fetched(ctx, draft, 'amd64', async (apt, downloads) => {
      await apt.source(name, downloads);
      // apt has checked the hashes of the parts against the signed list; the maintainer's key is not in the keyring.
      const dsc = await only(downloads, '.dsc');
      await run(ctx, ['dpkg-source', '--no-check', '-x', dsc, join(draft, 'source')]);
    }),
  );
  return join(directory, 'source');
}

async function fetched(
  ctx: Context,
  directory: string,
  architecture: string,
  work: (apt: Apt, downloads: string) => Promise<void>,
): Promise<void> {
  const scratch = `${directory}.apt`;
  const downloads = join(scratch, 'downloads');
  await mkdir(downloads, { recursive: true });
  try {
    await work(await openApt(ctx, scratch, architecture), downloads);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function only(directory: string, extension: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(extension));
  if (names.length !== 1)
    throw new RigError(`expected one ${extension} file, apt gave ${names.join(', ') || 'none'}`);
  return join(directory, names[0] ?? '');
}

async function run(ctx: Context, argv: readonly [string, ...string[]]): Promise<void> {
  await spawnTethered(argv, { stdin: 'ignore', cancelSignal: ctx.signal }).catch((cause: unknown) => {
    throw new RigError(`cannot unpack a package with ${argv[0]}`, { cause });
  });
}
