import { RigError } from '../../base/errors.ts';
import type { SshSession } from './session.ts';

/**
 * What tells one boot from the next: random(4), /proc/sys/kernel/random/boot_id.
 *
 * @throws RigError when the machine does not say.
 */
export async function bootIdOf(session: SshSession): Promise<string> {
  const { stdout, exitCode } = await session.exec(['cat', '/proc/sys/kernel/random/boot_id'], {
    timeout: 30,
  });
  if (exitCode !== 0) throw new RigError('the machine does not tell its boot id');
  return stdout.trim();
}
