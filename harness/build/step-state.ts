import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../base/disk.ts';

export const warningSchema = z.object({
  file: z.string(),
  line: z.number().int(),
  text: z.string(),
  flag: z.string().nullable(),
});

const stateSchema = z.object({
  schema: z.literal('spf-harness/step-state/1'),
  /** Configuration asked for and toolchain: other objects are of no use. */
  recipe: z.string(),
  /** What the `.config` was made at; null when it has to be made anew. */
  configuredAt: z.string().nullable(),
  /** Whether all of vmlinux was made once: what objects there are is then what the kernel has. */
  whole: z.boolean(),
  /** Of the objects as they lie there. */
  warnings: z.record(z.string(), z.array(warningSchema)),
});

/** What is known of the objects of an incremental build; absent while make runs, so that what was killed is swept out. */
export type StepState = z.infer<typeof stateSchema>;

const fileOf = (place: string): string => join(place, 'state.json');

/** Takes the state away until putState(). Undefined: what lies there is worth nothing. */
export async function takeState(place: string, recipe: string): Promise<StepState | undefined> {
  try {
    const state = stateSchema.parse(JSON.parse(await readFile(fileOf(place), 'utf8')));
    return state.recipe === recipe ? state : undefined;
  } catch {
    return undefined;
  } finally {
    await rm(fileOf(place), { force: true });
  }
}

export async function putState(place: string, state: Omit<StepState, 'schema'>): Promise<void> {
  const whole: StepState = { schema: 'spf-harness/step-state/1', ...state };
  await writeFileAtomic(fileOf(place), `${JSON.stringify(whole)}\n`);
}
