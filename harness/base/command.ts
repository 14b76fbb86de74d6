import { execa, type Options } from 'execa';

/**
 * Start a child that dies with us, even when we are killed with SIGKILL: `setpriv --pdeathsig` arms
 * prctl(PR_SET_PDEATHSIG) before the exec (setpriv(1), util-linux 2.33).
 *
 * @param argv program and arguments; never a shell string.
 * @param deathSignal what the child gets when we die; TERM for a tree of processes that cleans up (make), KILL else.
 */
export function spawnTethered<T extends Options>(
  argv: readonly [string, ...string[]],
  options: T,
  deathSignal: 'KILL' | 'TERM' = 'KILL',
) {
  return execa('setpriv', ['--pdeathsig', deathSignal, '--', ...argv], options);
}
