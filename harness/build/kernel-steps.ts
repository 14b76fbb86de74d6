import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../base/disk.ts';
import type { ExpectedSteps } from './kernel-progress.ts';

const recordSchema = z.object({ steps: z.number().int().positive() });

/** Steps of Debian's 5.10 with our profiles, for the very first build of a cache. */
const measured: Readonly<Record<string, number>> = {
  'x86_64-race': 1562,
  'x86_64-kasan': 1581,
};

/** @param kind architecture and profile: `x86_64-kasan`. */
export async function expectedSteps(cacheDir: string, kind: string): Promise<ExpectedSteps | undefined> {
  try {
    const record = recordSchema.parse(JSON.parse(await readFile(fileOf(cacheDir, kind), 'utf8')));
    return { steps: record.steps, exact: true };
  } catch {
    // No build of this kind yet, or a file of another version: a figure for people is not worth a failure.
    const steps = measured[kind];
    return steps === undefined ? undefined : { steps, exact: false };
  }
}

export async function recordSteps(cacheDir: string, kind: string, steps: number): Promise<void> {
  await writeFileAtomic(fileOf(cacheDir, kind), `${JSON.stringify({ steps })}\n`);
}

function fileOf(cacheDir: string, kind: string): string {
  return join(cacheDir, 'build', 'steps', `${kind}.json`);
}
