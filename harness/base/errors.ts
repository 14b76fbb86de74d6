/** What the harness says of itself when it cannot go on. The exit code follows from the class alone. */

export const EXIT = { clean: 0, kernelAtFault: 1, usage: 2, rig: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Wrong usage or configuration: a typing error in a plan, a series that does not apply, a missing symbol. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = EXIT.usage;
}

/** The rig could not judge: QEMU died, the disk is full, the guest never came up. Never the kernel's fault. */
export class RigError extends Error {
  override readonly name = 'RigError';
  readonly exitCode = EXIT.rig;
}

/** The user or a signal ended the work; what was done so far is kept. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  readonly exitCode = EXIT.rig;
}

/** Message of anything thrown, causes included, on one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${describeError(error.cause)}`;
  return `${error.message}${cause}`;
}
