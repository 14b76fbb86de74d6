import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from '../base/context.ts';
import { CancelledError } from '../base/errors.ts';

export const projectDir = resolve(import.meta.dirname, '../..');

/** Where trees, kernels and guest images are kept: $SPF_CACHE, or the user's cache directory. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['SPF_CACHE'];
  if (chosen) return resolve(chosen);
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'spf-harness');
}

/**
 * The context of a command. The first Ctrl-C (or TERM, HUP) cancels the work, which then ends in order and leaves its
 * record; the second ends the process at once. Children die with us either way.
 */
export function commandContext(): Context {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(3);
      process.stderr.write('\nstopping; once more to end at once\n');
      controller.abort(new CancelledError(`cancelled by ${signal}`));
    });
  }
  return { cacheDir: defaultCacheDir(), projectDir, signal: controller.signal, notify: () => undefined };
}
