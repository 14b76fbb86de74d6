import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Context } from '../../harness/base/context.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** As much of a kernel tree as the harness looks at. */
export const kernel: Files = {
  Makefile: 'VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 7\nEXTRAVERSION =\nNAME = Test\n',
  'mm/memory.c': Array.from({ length: 40 }, (_, line) => `int line_${line + 1};\n`).join(''),
  'mm/mmap.c': 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n',
  'drivers/dos.c': 'a\r\nb\r\nc\r\nd\r\n',
};

/** A directory of its own for a test file, gone when it ends. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'spf-source-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function makeContext(
  directory: string,
  signal = new AbortController().signal,
): Context & { told: string[] } {
  const told: string[] = [];
  return {
    cacheDir: join(directory, 'cache'),
    projectDir: join(directory, 'project'),
    signal,
    told,
    notify: ({ text = '' }) => void told.push(text),
  };
}

export function write(directory: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

export function git(directory: string, ...args: string[]): string {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: '1600000000 +0000',
    GIT_COMMITTER_DATE: '1600000000 +0000',
  };
  const who = [
    '-c',
    'user.name=Ada Müller',
    '-c',
    'user.email=ada@example.org',
    '-c',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', [...who, ...args], {
    cwd: directory,
    env,
    encoding: 'utf8',
    stdio: 'pipe',
  }).replace(/\n$/, '');
}

export function makeRepository(directory: string, files: Files): string {
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '-q');
  return commit(directory, files, 'base');
}

/** Commits the files as they shall be; gives the directory. */
export function commit(directory: string, files: Files, message: string): string {
  write(directory, files);
  git(directory, 'add', '-A', '-f');
  git(directory, 'commit', '-q', '--allow-empty', '-m', message);
  return directory;
}

/** What `work` is rejected with; fails the test when it is not. */
export async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('expected a rejection');
}

/** Three commits on the kernel: two files changed, one added. */
export function makeSeriesRepository(directory: string): string {
  makeRepository(directory, kernel);
  git(directory, 'tag', 'v5.10.7');
  commit(
    directory,
    { 'mm/memory.c': String(kernel['mm/memory.c']).replace('line_20;', 'line_20 = 20;') },
    'mm: set line 20\n\nBecause it is twenty.\n\nSigned-off-by: Ada Müller <ada@example.org>',
  );
  commit(
    directory,
    { 'mm/mmap.c': 'zero\none\ntwo\n3\nfour\nfive\nsix\nseven\neight\nnine\nten\n' },
    'mm: zero and 3',
  );
  commit(directory, { 'mm/spf.c': 'int spf;\n' }, 'mm: add spf.c');
  return directory;
}
