import { join } from 'node:path';

/** Debian's own keys, of the package debian-archive-keyring. */
export const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What is asked of `apt-get indextargets`, and what parseIndexTargets() reads. */
export const indexTargetsArgs = [
  'indextargets',
  '--format',
  '$(ORIGIN)\t$(REPO_URI)',
  'Created-By: Packages',
] as const;

/**
 * The repositories of this machine's apt configuration, without double ones: Debian's first, then those whose origin
 * apt does not know yet (it learns it with the first `apt-get update`), then the rest, which may be mirrors of Debian
 * under another label.
 */
export function parseIndexTargets(output: string): string[] {
  const rank = (origin: string) =>
    origin === 'Debian' ? 0 : origin === '' || origin.startsWith('$') ? 1 : 2;
  const rows = output
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([origin = '', uri]) => (uri ? [{ uri, rank: rank(origin) }] : []))
    .sort((a, b) => a.rank - b.rank);
  return [...new Set(rows.map(({ uri }) => uri))];
}

/** A deb822 source of one suite (sources.list(5)). */
export function formatSource(uri: string, suite: string): string {
  return `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nSigned-By: ${DEBIAN_KEYRING}\n`;
}

/** Makes apt-get work in a directory of its own: the system's lists, cache, pins and sources stay out of it (apt.conf(5)). */
export function privateAptOptions(directory: string): string[] {
  const settings: Record<string, string> = {
    'Dir::State': join(directory, 'state'),
    'Dir::State::status': join(directory, 'status'),
    'Dir::Cache': join(directory, 'cache'),
    'Dir::Etc::sourcelist': join(directory, 'debian.sources'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': join(directory, 'none'),
    'Dir::Etc::preferencesparts': '-',
    'APT::Default-Release': '',
    'APT::Update::Error-Mode': 'any',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
