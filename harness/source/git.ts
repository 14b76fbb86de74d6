import { needTool, runTool, type ToolOptions, type ToolResult } from './tool.ts';

export interface GitOptions extends Omit<ToolOptions, 'env'> {
  /** GIT_DIR. */
  readonly repository?: string;
  readonly workTree?: string;
  readonly index?: string;
  readonly identity?: Identity;
  /** Other people's repositories and the network are reached as the user set git up (safe.directory, credentials). */
  readonly asUser?: boolean;
}

export interface Identity {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970, UTC, for author and committer alike. */
  readonly seconds: number;
}

/** Git whose failure is a value. Nothing of the caller's repository or hooks, nor (without `asUser`) of the user's settings, has an influence. */
export function tryGit(args: readonly string[], options: GitOptions): Promise<ToolResult> {
  return runTool(['git', ...args], { ...options, env: gitEnvironment(options) });
}

/** Git that must succeed: its standard output without the last newline, else RigError. */
export function git(args: readonly string[], options: GitOptions): Promise<string> {
  return needTool(['git', ...args], { ...options, env: gitEnvironment(options) });
}

const network = /^GIT_(SSH|ASKPASS|PROXY|SSL|HTTP|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$)/;

function gitEnvironment(options: GitOptions): NodeJS.ProcessEnv {
  const { repository, workTree, index, identity, asUser = false } = options;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || (asUser && network.test(name)),
  );
  const own = asUser
    ? {}
    : { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_ATTR_NOSYSTEM: '1' };
  const date = identity === undefined ? '' : `${identity.seconds} +0000`;
  return {
    ...Object.fromEntries(inherited),
    ...own,
    GIT_TERMINAL_PROMPT: '0',
    // A status must not write into a worktree that somebody builds from.
    GIT_OPTIONAL_LOCKS: '0',
    ...(repository === undefined ? {} : { GIT_DIR: repository }),
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
    ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
    ...(identity === undefined
      ? {}
      : {
          GIT_AUTHOR_NAME: identity.name,
          GIT_AUTHOR_EMAIL: identity.email,
          GIT_AUTHOR_DATE: date,
          GIT_COMMITTER_NAME: 'spf-harness',
          GIT_COMMITTER_EMAIL: 'spf-harness@localhost',
          GIT_COMMITTER_DATE: date,
        }),
  };
}
