import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { withDiskErrors } from '../../base/disk.ts';
import { RigError, UsageError } from '../../base/errors.ts';
import { runTool, needTool } from '../tool.ts';
import { importTarball } from '../tree/tarball.ts';
import {
  DEBIAN_KEYRING,
  formatSource,
  indexTargetsArgs,
  parseIndexTargets,
  privateAptOptions,
} from './apt.ts';
import type { Located } from './provider.ts';
import { debianSuites } from './suites.ts';

/** Space-separated mirrors that are tried before those of the machine's apt configuration. */
const MIRRORS_VARIABLE = 'SPF_DEBIAN_MIRROR';

/** `linux-source-RELEASE` of the Debian suite that has it; fetched, checked and unpacked without touching the system. */
export function locateDebian(release: string): Located {
  const row = debianSuites[release];
  if (row === undefined) {
    const known = Object.keys(debianSuites).map((version) => `debian:${version}`);
    throw new UsageError(
      `kernel "debian:${release}": Debian has ${known.join(', ')}; else use tarball: or git:`,
    );
  }
  return {
    key: `debian-${release}`,
    take: async (scratch, ctx) => {
      const source = await fetchSource(release, row.suite, scratch, ctx);
      ctx.notify({ task: 'source', text: `unpacking linux-source-${release} ${source.version}` });
      const { commit } = await importTarball(source.tarball, scratch, ctx);
      return { commit, version: source.version, servedBy: source.servedBy };
    },
  };
}

interface Source {
  readonly tarball: string;
  /** Of the package: `5.10.223-1`. */
  readonly version: string;
  readonly servedBy: string;
}

/** The mirrors in turn, then the package when this machine has it installed. The first that serves, serves. */
async function fetchSource(release: string, suite: string, scratch: string, ctx: Context): Promise<Source> {
  const name = `linux-source-${release}`;
  const tried: string[] = [];
  for (const mirror of await findMirrors(scratch, ctx)) {
    const directory = join(scratch, `apt-${tried.length}`);
    const result = await fetchFrom(mirror, suite, name, directory, ctx);
    if (result.ok) return result;
    tried.push(`${mirror} ${suite}: ${result.reason}`);
  }
  const installed = `/usr/src/${name}.tar.xz`;
  if (existsSync(installed)) {
    const query = await runTool(['dpkg-query', '-W', '-f', '${Version}', name], { ctx, writes: scratch });
    if (query.ok)
      return { tarball: installed, version: query.stdout, servedBy: `${installed} (installed package)` };
  }
  tried.push(`${installed}: not installed`);
  throw new RigError(
    `nobody serves ${name}:\n${tried.map((line) => `  ${line}`).join('\n')}\n` +
      `name a mirror in ${MIRRORS_VARIABLE}, or give the kernel as tarball:PATH or git:PATH#REF`,
  );
}

async function findMirrors(scratch: string, ctx: Context): Promise<string[]> {
  const named = (process.env[MIRRORS_VARIABLE] ?? '').split(/\s+/).filter((mirror) => mirror !== '');
  const targets = await runTool(['apt-get', ...indexTargetsArgs], { ctx, writes: scratch });
  const configured = targets.ok ? parseIndexTargets(targets.stdout) : [];
  return [...new Set([...named, ...configured])];
}

type Fetched = ({ ok: true } & Source) | { ok: false; reason: string };

async function fetchFrom(
  mirror: string,
  suite: string,
  name: string,
  directory: string,
  ctx: Context,
): Promise<Fetched> {
  if (!existsSync(DEBIAN_KEYRING)) {
    return { ok: false, reason: `${DEBIAN_KEYRING} is missing (apt-get install debian-archive-keyring)` };
  }
  await withDiskErrors(directory, async () => {
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'package']) {
      await mkdir(join(directory, part), { recursive: true });
    }
    await writeFile(join(directory, 'status'), '');
    await writeFile(join(directory, 'debian.sources'), formatSource(mirror, suite));
  });
  const options = privateAptOptions(directory);
  const where = { ctx, writes: directory, cwd: directory };
  for (const command of [['update'], ['download', name]]) {
    ctx.notify({ task: 'source', text: `apt-get ${command.join(' ')} (${suite})` });
    const result = await runTool(['apt-get', '-q', ...options, ...command], where);
    if (!result.ok) return { ok: false, reason: firstComplaint(result.stderr) };
  }
  const deb = (await readdir(directory)).find((file) => file.endsWith('.deb'));
  if (deb === undefined) return { ok: false, reason: 'apt-get download left no package behind' };
  const version = await needTool(['dpkg-deb', '--field', deb, 'Version'], where);
  await needTool(['dpkg-deb', '--extract', deb, 'package'], where);
  const tarball = join(directory, 'package/usr/src', `${name}.tar.xz`);
  if (!existsSync(tarball)) return { ok: false, reason: `${deb} has no usr/src/${name}.tar.xz` };
  return { ok: true, tarball, version: version.trim(), servedBy: `${mirror} ${suite}` };
}

const firstComplaint = (stderr: string): string =>
  stderr.split('\n').find((line) => line.startsWith('E:')) ?? stderr.split('\n')[0] ?? 'apt-get failed';
