import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { didYouMean } from '../base/did-you-mean.ts';
import { UsageError } from '../base/errors.ts';

/** Directories of kernel-config with files that people name, and what one of them is called. */
const KINDS = { plans: 'plan', schedules: 'schedule' } as const;
type Folder = keyof typeof KINDS;

const directoryOf = (folder: Folder, projectDir: string): string => join(projectDir, 'kernel-config', folder);

/** Names of those that come with the project, sorted. */
export function shippedNames(folder: Folder, projectDir: string): string[] {
  return readdirSync(directoryOf(folder, projectDir))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/** The file of one, by the name of one that comes with the project or by its path. @throws UsageError when there is none. */
export function locateShipped(folder: Folder, nameOrPath: string, projectDir: string): string {
  const shipped = join(directoryOf(folder, projectDir), `${nameOrPath}.yaml`);
  if (!nameOrPath.includes('/') && existsSync(shipped)) return shipped;
  if (existsSync(nameOrPath)) return nameOrPath;
  const names = shippedNames(folder, projectDir);
  throw new UsageError(
    `no ${KINDS[folder]} "${nameOrPath}"${didYouMean(nameOrPath, names)}: give a path, or one of ${names.join(', ')}`,
  );
}
