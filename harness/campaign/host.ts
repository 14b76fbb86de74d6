import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JobRecord, RunRecord } from '../store/record.ts';

const run = promisify(execFile);

/** The machine that the harness ran on. What QEMU said of acceleration is taken from the jobs: it was tried there. */
export async function describeHost(
  qemuBinary: string,
  jobs: readonly JobRecord[],
): Promise<RunRecord['host']> {
  const acceleration = jobs.find((job) => job.acceleration !== null)?.acceleration;
  return {
    cpus: cpus().length,
    memoryMiB: Math.floor(totalmem() / 2 ** 20),
    release: release(),
    qemu: await firstLineOf(qemuBinary, ['--version']),
    acceleration: acceleration?.kind ?? 'none',
    accelerationReason: acceleration?.reason ?? 'no guest was started',
  };
}

/** Commit of the harness itself, with `-dirty` when it has been changed; null outside of a checkout. */
export async function harnessCommit(projectDir: string): Promise<string | null> {
  return firstLineOf('git', ['-C', projectDir, 'describe', '--always', '--dirty', '--abbrev=12']);
}

/** Null when the program is not there or says nothing. */
async function firstLineOf(program: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run(program, args);
    return stdout.split('\n')[0]?.trim() ?? null;
  } catch {
    return null;
  }
}

/** The harness's own version, of package.json. */
export async function harnessVersion(projectDir: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(projectDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
