import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/disk.ts';
import type { JobRecord } from './record.ts';
import { shellCommand } from './shell.ts';

/**
 * A POSIX sh script that repeats one job. It looks for the harness above itself, because `npx` finds `spf` only from
 * inside the project; SPF_HARNESS names it when the run directory has been moved.
 *
 * @param argv the command that repeats the job, as arguments.
 */
export function reproScript(
  job: Pick<JobRecord, 'id' | 'status' | 'reason'>,
  argv: readonly string[],
): string {
  return `#!/bin/sh
# Repeats ${comment(job.id)}, which ended as ${job.status}: ${comment(job.reason)}
set -eu

harness=\${SPF_HARNESS:-$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)}
until [ -e "$harness/harness/cli/spf.ts" ]; do
  if [ "$harness" = / ] || [ -n "\${SPF_HARNESS:-}" ]; then
    echo 'repro.sh: set SPF_HARNESS to the directory of spf-harness' >&2
    exit 2
  fi
  harness=$(dirname -- "$harness")
done
cd -- "$harness"

exec ${shellCommand(argv)} "$@"
`;
}

/** Writes `repro.sh` into a job's directory, executable. @returns its path. */
export async function writeReproScript(
  jobDirectory: string,
  job: Pick<JobRecord, 'id' | 'status' | 'reason'>,
  argv: readonly string[],
): Promise<string> {
  const path = join(jobDirectory, 'repro.sh');
  await writeFileAtomic(path, reproScript(job, argv));
  await chmod(path, 0o755);
  return path;
}

/** One line: what the kernel said must not end the comment and begin a command. */
function comment(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
