import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LookupScope } from '../../../harness/model/protocol/lookup/scope.ts';

const MODEL = join(import.meta.dirname, 'spin/lookup.pml');

/** Why the twin cannot be run here; null when it can. */
export function spinIsMissing(): string | null {
  for (const [program, argument] of [
    ['spin', '-V'],
    ['gcc', '--version'],
  ] as const)
    try {
      execFileSync(program, [argument], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed: apt-get install ${program}`;
    }
  return null;
}

/** The base configuration: three VMAs, munmap() of one at a time, no vmacache. */
export const twinScope = (threads: number, finds: number, operations: number): LookupScope => ({
  threads,
  finds,
  operations,
  vmas: 3,
  maps: 0,
  calls: ['munmap'],
});

export interface SpinResult {
  readonly states: number;
  readonly errors: number;
  /** Bytes of a state without Spin's own overhead for each. */
  readonly vector: number;
}

/** A verifier for the twin, ready to run. `flags` are gcc's: the ones of pan.c. */
export function buildPan(
  { threads, finds, operations }: LookupScope,
  flags: readonly string[],
  mutant?: string,
): { run: () => SpinResult; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'spf-spin-'));
  const defines = [
    `-DNR=${threads}`,
    `-DFINDS=${finds}`,
    `-DOPS=${operations}`,
    ...(mutant ? [`-D${mutant}`] : []),
  ];
  execFileSync('spin', [...defines, '-a', MODEL], { cwd: directory, stdio: 'pipe' });
  execFileSync('gcc', ['-DSAFETY', '-w', ...flags, '-o', 'pan', 'pan.c'], { cwd: directory, stdio: 'pipe' });
  return {
    run: () => {
      // A table much larger than the states costs Spin more than the search.
      const table = threads === 1 ? '-w18' : '-w24';
      const text = execFileSync('./pan', ['-m100000', table], { cwd: directory, encoding: 'utf8' });
      const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? NaN);
      return {
        states: number(/^\s*(\d+) states, stored/m),
        errors: number(/errors: (\d+)/),
        vector: number(/State-vector (\d+) byte/),
      };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
