import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { UsageError } from '../../base/errors.ts';

/**
 * A regular file's bytes, its size checked before it is read. A link may lead to another file of the same directory
 * and nowhere else, so that a series from elsewhere cannot show us this machine's files.
 */
export async function readBounded(path: string, limit: number, confinedTo?: string): Promise<Buffer> {
  const status = await stat(path).catch((error: unknown) => {
    throw new UsageError(`cannot read ${path}`, { cause: error });
  });
  if (!status.isFile()) throw new UsageError(`${path} is not a regular file`);
  if (status.size > limit)
    throw new UsageError(`${path}: ${status.size} bytes; more than ${limit} are not taken`);
  if (confinedTo !== undefined) {
    const [real, home] = await Promise.all([realpath(path), realpath(confinedTo)]);
    if (dirname(real) !== home && !real.startsWith(home + sep)) {
      throw new UsageError(`${path} is a link to ${real}, outside the series`);
    }
  }
  return readFile(path);
}
