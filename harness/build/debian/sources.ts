import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../base/errors.ts';

/** A file for sources.list.d: deb822 (`.sources`) or one line each (`.list`). */
export interface SourcesFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The machine's own package sources, narrowed to the distribution's suites (third parties left out) and widened to
 * source packages. The mirror and the keys are those that the machine's administrator chose (sources.list(5)).
 *
 * @param root directory of apt's configuration, `/etc/apt` but in tests.
 * @param codename VERSION_CODENAME of os-release(5), such as `bookworm`.
 * @throws UsageError when the machine has no such source.
 */
export async function distributionSources(root: string, codename: string): Promise<SourcesFile[]> {
  const parts = await readdir(join(root, 'sources.list.d')).catch(() => []);
  const names = ['sources.list', ...parts.filter((name) => /\.(list|sources)$/.test(name)).map(part)];
  const files = await Promise.all(names.map((name) => readSources(root, name)));
  const found = files
    .map(({ name, text }) => ({
      name: name.replace('/', '-'),
      text: name.endsWith('.sources') ? deb822(text, codename) : oneLine(text, codename),
    }))
    .filter(({ text }) => text !== '');
  if (found.length > 0) return found;
  throw new UsageError(
    `no package source for ${codename} in ${root}: add Debian's (see sources.list(5)); packages for the guest come from there`,
  );
}

const part = (name: string) => `sources.list.d/${name}`;

async function readSources(root: string, name: string): Promise<SourcesFile> {
  return { name, text: await readFile(join(root, name), 'utf8').catch(() => '') };
}

function isOfSuite(suite: string, codename: string): boolean {
  return suite === codename || suite.startsWith(`${codename}-`) || suite.startsWith(`${codename}/`);
}

function deb822(text: string, codename: string): string {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => stanza.replace(/^#.*\n?/gm, '').trim())
    .filter((stanza) => {
      const suites = /^Suites:\s*(.*)$/im.exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
      return suites.some((suite) => isOfSuite(suite, codename)) && !/^Enabled:\s*no/im.test(stanza);
    })
    .map((stanza) => `${stanza.replace(/^Types:.*$/im, 'Types: deb deb-src')}\n`)
    .join('\n');
}

function oneLine(text: string, codename: string): string {
  const binary = text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line);
    return match?.[3] !== undefined && isOfSuite(match[3], codename) ? [line.trim()] : [];
  });
  return binary.map((line) => `${line}\n${line.replace(/^deb/, 'deb-src')}\n`).join('');
}
