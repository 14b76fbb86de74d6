import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

const guest = join(import.meta.dirname, '../../guest');

/** Why guest programs cannot be compiled here, or undefined when they can. */
export function whyNoPrograms(): string | undefined {
  const missing = ['gcc', 'make'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (process.platform !== 'linux') return 'guest programs run on Linux only';
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
}

/**
 * Compiles workloads for this host before the tests, with the guest's own Makefile; gone after them.
 * @returns gives the directory, once a test runs.
 */
export function usePrograms(...names: readonly string[]): () => string {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'spf-programs-'));
    const targets = names.map((name) => join(directory, 'programs', name));
    const make = ['-C', guest, '-j2', `O=${directory}`, ...targets];
    const { status, stderr } = spawnSync('make', make, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`guest programs do not compile:\n${stderr}`);
  }, 120_000);
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return () => join(directory, 'programs');
}
