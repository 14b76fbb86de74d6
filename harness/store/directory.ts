import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asRigError } from '../base/disk.ts';
import { RigError, UsageError } from '../base/errors.ts';

/** What the files of a run are called. */
export const RUN_FILES = {
  record: 'run.json',
  html: 'report.html',
  junit: 'junit.xml',
  ktap: 'results.ktap',
  kcidb: 'kcidb.json',
} as const;

/**
 * Makes `outDir/runId` with an empty directory inside: `jobs/`, or what the kind of run has.
 *
 * @returns its path.
 * @throws UsageError when `outDir` cannot be written; RigError when the run's directory is there already or the disk is full.
 */
export async function createRunDirectory(outDir: string, runId: string, inside = 'jobs'): Promise<string> {
  const directory = join(outDir, runId);
  try {
    await mkdir(outDir, { recursive: true });
    await mkdir(directory);
    await mkdir(join(directory, inside));
    return directory;
  } catch (error) {
    throw explain(error, outDir, directory);
  }
}

/**
 * Makes and names the directory of one job. Job ids are path-safe by construction; one that is not is refused, so that
 * a record from elsewhere cannot write outside of its directory.
 */
export async function createJobDirectory(runDirectory: string, jobId: string): Promise<string> {
  if (!/^[\w.-]{1,200}$/.test(jobId) || jobId.startsWith('.')) {
    throw new RigError(`"${jobId}" cannot be the name of a job's directory`);
  }
  const directory = join(runDirectory, 'jobs', jobId);
  try {
    await mkdir(directory, { recursive: true });
    return directory;
  } catch (error) {
    throw asRigError(error, directory);
  }
}

function explain(error: unknown, outDir: string, directory: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') {
    const taken = `${directory} is there already: two runs got the same name, or ${outDir} is a file`;
    return new RigError(taken, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') {
    const advice = 'choose another directory with --out';
    return new UsageError(`cannot write to ${outDir}: ${advice}`, { cause: error });
  }
  return asRigError(error, directory);
}
