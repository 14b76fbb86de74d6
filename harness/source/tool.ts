import type { Context } from '../base/context.ts';
import { isDiskFull, asRigError } from '../base/disk.ts';
import { spawnTethered } from '../base/command.ts';
import { CancelledError, RigError } from '../base/errors.ts';

export interface ToolOptions {
  readonly ctx: Pick<Context, 'signal'>;
  /** What it writes to, for the message when the disk is full. */
  readonly writes: string;
  readonly cwd?: string;
  /** The whole environment; the harness's own when left out. */
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Uint8Array;
}

export type ToolResult =
  | { readonly ok: true; readonly stdout: string }
  | {
      readonly ok: false;
      readonly stdout: string;
      readonly stderr: string;
      readonly exitCode: number | undefined;
    };

/** What setpriv(1) ends with when there is no such program. */
const NOT_FOUND = 127;

/**
 * Runs a program to its end. Its failure is a value: what it means depends on what was asked.
 *
 * @throws CancelledError, and RigError when the disk is full or the program is missing.
 */
export async function runTool(
  argv: readonly [string, ...string[]],
  options: ToolOptions,
): Promise<ToolResult> {
  const { ctx, writes, cwd, env = process.env, input } = options;
  if (ctx.signal.aborted) throw cancelled(ctx.signal, argv[0]);
  const result = await spawnTethered(argv, {
    reject: false,
    extendEnv: false,
    env: { ...env, LC_ALL: 'C' },
    cancelSignal: ctx.signal,
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  if (result.isCanceled) throw cancelled(ctx.signal, argv[0]);
  if (!result.failed) return { ok: true, stdout: result.stdout };
  if (isDiskFull(result)) throw asRigError(result, writes);
  if (result.exitCode === NOT_FOUND && result.stderr.includes('failed to execute')) {
    throw new RigError(`${argv[0]} is not installed; see "spf doctor"`);
  }
  const stderr = result.stderr.trim() || (result.shortMessage ?? `exit code ${result.exitCode}`);
  return { ok: false, stdout: result.stdout, stderr, exitCode: result.exitCode };
}

/** The same, where any failure is the rig's: RigError with what the program said. Gives its standard output. */
export async function needTool(argv: readonly [string, ...string[]], options: ToolOptions): Promise<string> {
  const result = await runTool(argv, options);
  if (result.ok) return result.stdout;
  throw new RigError(`${argv.slice(0, 3).join(' ')} failed: ${result.stderr}`);
}

function cancelled(signal: AbortSignal, program: string): unknown {
  return signal.reason instanceof CancelledError
    ? signal.reason
    : new CancelledError(`${program} was cancelled`);
}
