import type { Arch } from '../arch/index.ts';
import { spawnTethered } from '../base/command.ts';
import type { Context } from '../base/context.ts';
import { CancelledError, RigError, UsageError } from '../base/errors.ts';

/**
 * First line of the compiler's own words about its version, as part of a cache key.
 *
 * @throws UsageError when the compiler is not there, with the packages that have it.
 */
export async function compilerOf(arch: Arch, ctx: Context): Promise<string> {
  const compiler = `${arch.crossCompile}gcc`;
  const { stdout, failed } = await spawnTethered([compiler, '--version'], {
    reject: false,
    cancelSignal: ctx.signal,
  });
  if (ctx.signal.aborted) throw new CancelledError('cancelled');
  if (failed) {
    const packages = arch.packages.toolchain.join(' ');
    throw new UsageError(
      `${compiler} is missing; install it: apt-get install --no-install-recommends ${packages}`,
    );
  }
  return stdout.split('\n', 1)[0] ?? '';
}

/**
 * Run a build tool to its end.
 *
 * @throws RigError with the end of what it said; CancelledError when the context was cancelled.
 */
export async function runTool(
  ctx: Context,
  argv: readonly [string, ...string[]],
  cwd: string,
): Promise<void> {
  const options = { cwd, all: true, reject: false, stdin: 'ignore', cancelSignal: ctx.signal } as const;
  const { failed, all, shortMessage, isCanceled } = await spawnTethered(argv, options, 'TERM');
  if (isCanceled) throw new CancelledError(`${argv[0]} was cancelled`);
  if (failed) throw new RigError(`${shortMessage}\n${tellingLines(all)}`);
}

/** Of a long build log the lines that say what went wrong; make runs jobs at once, so those are seldom the last ones. */
function tellingLines(log: string): string {
  const lines = log.split('\n').map((line) => line.slice(0, 240));
  const errors = lines.filter((line) => /\berror\b|undefined reference|No space left|\*\*\*/i.test(line));
  return (errors.length > 0 ? errors.slice(0, 10) : lines.slice(-10)).join('\n');
}
