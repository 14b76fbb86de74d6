/** What every effectful part is handed: where to keep things, when to stop, whom to tell. */

/** Progress for people. `fraction` is 0 to 1; `secondsLeft` an estimate. Never part of a result. */
export interface Progress {
  readonly task: string;
  readonly text?: string;
  readonly fraction?: number;
  readonly secondsLeft?: number;
}

export interface Context {
  /** Absolute path of the cache: kernel trees, builds, guest images. Safe to delete when nothing runs. */
  readonly cacheDir: string;
  /** Absolute path of the project's own files (kernel-config/, guest/). */
  readonly projectDir: string;
  readonly signal: AbortSignal;
  readonly notify: (progress: Progress) => void;
}
