import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One row of packages.txt or packages-ARCH.txt and whether this machine has it. */
export interface Requirement {
  readonly package: string;
  /** A program looked for on PATH, or the absolute path of a file. */
  readonly proof: string;
  /** What is impossible without it. */
  readonly prevents: string;
  readonly present: boolean;
}

/** Shape of packages.txt: package, proof, then words; `#` starts a comment line. */
export function parseRequirements(text: string): Omit<Requirement, 'present'>[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', proof = '', ...words] = line.split(/\s+/);
      return { package: name, proof, prevents: words.join(' ') };
    });
}

export function readRequirements(projectDir: string, path = process.env['PATH'] ?? ''): Requirement[] {
  const lists = globSync('harness/doctor/packages*.txt', { cwd: projectDir }).sort();
  return lists
    .flatMap((list) => parseRequirements(readFileSync(join(projectDir, list), 'utf8')))
    .map((row) => ({ ...row, present: isPresent(row.proof, path) }));
}

/** The command that installs what is missing, or undefined when nothing is. */
export function installCommand(requirements: readonly Requirement[]): string | undefined {
  const missing = [...new Set(requirements.filter((row) => !row.present).map((row) => row.package))];
  if (missing.length === 0) return undefined;
  return `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
}

/** /usr/sbin counts: it is not on the PATH of Debian's ordinary users. */
export function isPresent(proof: string, path: string): boolean {
  if (proof.startsWith('/')) return existsSync(proof);
  return [...path.split(delimiter), '/usr/sbin'].some((dir) => dir !== '' && isExecutable(join(dir, proof)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
