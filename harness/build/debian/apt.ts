import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnTethered } from '../../base/command.ts';
import type { Context } from '../../base/context.ts';
import { CancelledError, RigError, UsageError } from '../../base/errors.ts';
import { distributionSources } from './sources.ts';

/**
 * Apt with a state directory of its own: package lists, binary and source, of this machine's own Debian, for one
 * architecture, signatures checked. The system's apt is not touched and root is not needed.
 */
export interface Apt {
  /** Download a binary package into `directory`. */
  download(name: string, directory: string): Promise<void>;
  /** Download a source package (.dsc and its parts) into `directory`. */
  source(name: string, directory: string): Promise<void>;
  /** Names that a package depends on. */
  dependencies(name: string): Promise<string[]>;
}

/**
 * Set the private state up under `directory` and fetch the lists.
 *
 * @throws UsageError where there is no apt or no Debian source. A mirror that does not answer is told when a package
 *   cannot be had.
 */
export async function openApt(ctx: Context, directory: string, architecture: string): Promise<Apt> {
  const config = await prepare(directory, architecture);
  const update = await runApt(ctx, config, ['apt-get', 'update', '--error-on=any'], directory).catch(
    (error: unknown) => {
      if (error instanceof RigError) return error;
      throw error;
    },
  );
  // One suite that is out of step does not matter as long as the package can be had from another; if it cannot, the
  // suite is why.
  const run = (argv: readonly [string, ...string[]], cwd: string) =>
    runApt(ctx, config, argv, cwd).catch((error: unknown) => {
      throw update instanceof RigError && error instanceof RigError
        ? new RigError(`${error.message}\n(and before that: ${update.message})`, { cause: error })
        : error;
    });
  return {
    download: async (name, to) => void (await run(['apt-get', 'download', name], to)),
    source: async (name, to) => void (await run(['apt-get', 'source', '--download-only', name], to)),
    dependencies: async (name) => {
      const text = await run(['apt-cache', 'depends', name], directory);
      return [...text.matchAll(/^\s+Depends: (\S+)$/gm)].map(([, dependency]) => dependency ?? '');
    },
  };
}

async function prepare(directory: string, architecture: string): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1];
  if (codename === undefined)
    throw new UsageError('this is no Debian (no VERSION_CODENAME in /etc/os-release)');
  const parts = join(directory, 'sources.list.d');
  await mkdir(parts, { recursive: true });
  await mkdir(join(directory, 'lists/partial'), { recursive: true });
  await mkdir(join(directory, 'archives/partial'), { recursive: true });
  await writeFile(join(directory, 'status'), '');
  for (const { name, text } of await distributionSources('/etc/apt', codename))
    await writeFile(join(parts, name), text);
  const settings = {
    'Dir::State': directory,
    'Dir::State::lists': join(directory, 'lists'),
    'Dir::State::status': join(directory, 'status'),
    'Dir::Cache': directory,
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': parts,
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Get::List-Cleanup': 'true',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'APT::Sandbox::User': '',
  };
  const config = join(directory, 'apt.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  await writeFile(config, lines.join(''));
  return config;
}

async function runApt(
  ctx: Context,
  config: string,
  argv: readonly [string, ...string[]],
  cwd: string,
): Promise<string> {
  const { stdout, failed, message, isCanceled } = await spawnTethered(argv, {
    cwd,
    reject: false,
    stdin: 'ignore',
    env: { APT_CONFIG: config, LC_ALL: 'C' },
    cancelSignal: ctx.signal,
  });
  if (isCanceled) throw new CancelledError(`${argv.join(' ')} was cancelled`);
  if (failed) throw new RigError(`cannot get packages for the guest: ${message}`);
  return stdout;
}
