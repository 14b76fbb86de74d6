import type { Context } from '../../base/context.ts';

/** What a provider puts into the shared repository. */
export interface Import {
  readonly commit: string;
  readonly version: string;
  readonly servedBy: string;
}

/**
 * A tree spec that was looked at, cheaply and before any lock. `key` names its content in the cache; a key of
 * undefined says that the content may be another each time, so it is imported each time.
 */
export interface Located {
  readonly key: string | undefined;
  /** Runs under the import lock, the repository there, `scratch` an empty directory that is removed afterwards. */
  readonly take: (scratch: string, ctx: Context) => Promise<Import>;
}
