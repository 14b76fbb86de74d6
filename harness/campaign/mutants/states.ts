import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../base/disk.ts';
import { UsageError } from '../../base/errors.ts';
import { lessonSchema } from '../../mutation/order.ts';
import { type MutantState, mutantStateSchema } from '../../mutation/run.ts';
import type { Quarry } from './types.ts';

const campaignSchema = z.object({
  schema: z.literal('spf-harness/mutants/1'),
  seed: z.number().int().nonnegative(),
  startedAt: z.string(),
  /** Null while it goes on, and when it was killed: the next one then goes on with it. */
  finishedAt: z.string().nullable(),
  /** What was known at its start. It stays, so that a resumed campaign tries in the same order. */
  lessons: z.array(lessonSchema),
});
export type Campaign = z.infer<typeof campaignSchema>;

const CAMPAIGN = 'campaign.json';
const SUFFIX = '.mutant.json';

const fileOf = (directory: string, { mutant, arch }: Quarry): string =>
  join(directory, `${mutant.id}-${arch}${SUFFIX}`);

/** Undefined when there is none. @throws UsageError for a file that is none of ours. */
export async function readState(directory: string, quarry: Quarry): Promise<MutantState | undefined> {
  return readJson(fileOf(directory, quarry), mutantStateSchema);
}

/** Whole or not at all, so that a killed campaign finds the state before the last run or after it. */
export async function writeState(directory: string, quarry: Quarry, state: MutantState): Promise<void> {
  await writeFileAtomic(fileOf(directory, quarry), `${JSON.stringify(state, null, 2)}\n`);
}

/** Of every mutant that was ever hunted there, in the order of their names; none where there is no directory. */
export async function readStates(directory: string): Promise<MutantState[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UsageError(`cannot read ${directory}`, { cause: error });
  });
  const files = names.filter((name) => name.endsWith(SUFFIX) && !name.startsWith('.')).sort();
  const states = await Promise.all(files.map((name) => readJson(join(directory, name), mutantStateSchema)));
  return states.filter((state) => state !== undefined);
}

export function readCampaign(directory: string): Promise<Campaign | undefined> {
  return readJson(join(directory, CAMPAIGN), campaignSchema);
}

export async function writeCampaign(directory: string, campaign: Campaign): Promise<void> {
  await writeFileAtomic(join(directory, CAMPAIGN), `${JSON.stringify(campaign, null, 2)}\n`);
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`cannot read ${file}`, { cause: error });
  }
  const read = schema.safeParse(parseJson(text));
  if (read.success) return read.data;
  throw new UsageError(`${file} is no state of a campaign; move it away, or take another --out`, {
    cause: read.error,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
