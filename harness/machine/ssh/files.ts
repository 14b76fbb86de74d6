import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { RigError } from '../../base/errors.ts';
import type { ExecOptions, ExecResult } from '../types.ts';

type Exec = (argv: readonly string[], options?: ExecOptions) => Promise<ExecResult>;

/**
 * Copy a file to the machine, permission bits included. Through cat(1): the guest's server has no SFTP.
 *
 * @throws RigError when it did not arrive.
 */
export async function putFile(exec: Exec, local: string, remote: string): Promise<void> {
  const [input, { mode }] = await Promise.all([readFile(local), stat(local)]);
  const script = 'cat >"$1" && chmod "$2" "$1" && wc -c <"$1"';
  const result = await exec(['sh', '-c', script, 'put', remote, (mode & 0o777).toString(8)], { input });
  if (result.exitCode !== 0 || Number(result.stdout) !== input.length)
    throw new RigError(`cannot put ${local} to ${remote}: ${reason(result)}`);
}

/** Copy a file from the machine. @throws RigError when it is not there or did not arrive whole. */
export async function getFile(exec: Exec, remote: string, local: string): Promise<void> {
  const file = createWriteStream(local);
  const result = await exec(['cat', remote], { onStdout: (chunk) => void file.write(chunk) });
  file.end();
  await finished(file);
  if (result.exitCode !== 0) throw new RigError(`cannot get ${remote}: ${reason(result)}`);
}

function reason({ lost, stderr, exitCode }: ExecResult): string {
  return lost ? 'the connection was lost' : stderr.trim() || `exit code ${exitCode}`;
}
