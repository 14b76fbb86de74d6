import { join } from 'node:path';
import { describeError } from '../../base/errors.ts';
import type { Running } from '../../machine/types.ts';

/** Where a job keeps the counts of its kernel. */
export const COUNTS = 'counts.tar';

/** Files of debugfs have no size, so tar(1) would take nothing: they are copied first. Links lead to the notes, on the build host. */
const script = `
set -e
cd /sys/kernel/debug/gcov
for data; do
  find . -type f -path "*/$data" | while read -r file; do
    mkdir -p "/tmp/counts/\${file%/*}"
    cat "$file" >"/tmp/counts/$file"
  done
done
cd /tmp/counts
tar -cf /tmp/counts.tar .
`;

/** What the object of a source file counts is named after the object (GCC's -fprofile-arcs). */
export const dataOf = (source: string): string => source.replace(/\.c$/, '.gcda');

/** Seconds: an emulated guest copies some dozen files of some kilobytes. */
const PATIENCE = 120;

/**
 * Bring home what the kernel of a running guest has counted since it started (kernel/gcov/fs.c).
 *
 * @param counted source files of the tree.
 * @returns why there are no counts; undefined when there are.
 */
export async function harvestCounts(
  running: Running,
  directory: string,
  counted: readonly string[],
): Promise<string | undefined> {
  try {
    const { exitCode, stderr, lost } = await running.exec(
      ['sh', '-c', script, 'sh', ...counted.map(dataOf)],
      {
        timeout: PATIENCE,
      },
    );
    if (exitCode !== 0)
      return lost ? 'the machine went away' : stderr.trim() || 'the guest could not copy them';
    await running.get('/tmp/counts.tar', join(directory, COUNTS));
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}
