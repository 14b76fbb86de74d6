import { randomBytes } from 'node:crypto';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { asRigError } from '../base/disk.ts';
import { RigError } from '../base/errors.ts';

/**
 * Points `outDir/latest` at a run. Two runs that end at once leave the link of one of them, never none: the link is
 * made aside and renamed over the old one.
 *
 * @throws RigError when `latest` is a directory that somebody made.
 */
export async function updateLatest(outDir: string, runId: string): Promise<void> {
  const link = join(outDir, 'latest');
  const aside = join(outDir, `.latest.${randomBytes(6).toString('hex')}`);
  try {
    await symlink(runId, aside);
    await rename(aside, link);
  } catch (error) {
    await rm(aside, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
      const message = `${link} is a directory, not our link to the latest run: move it away`;
      throw new RigError(message, { cause: error });
    }
    throw asRigError(error, link);
  }
}
