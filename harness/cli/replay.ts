import { join } from 'node:path';
import { type ExitCode, UsageError } from '../base/errors.ts';
import { loadMutants } from '../campaign/mutants/rows.ts';
import { scheduleOf } from '../director/replay/translate.ts';
import { scheduleSchema } from '../director/schedule.ts';
import type { Check } from '../model/protocol/checks.ts';
import type { Mutant } from '../model/protocol/mutants.ts';
import { mutated, posted, runCheck } from '../model/protocol/run.ts';
import { saveSchedule } from '../plan/schedule-file.ts';
import { projectDir } from './context.ts';
import { directedText, exitCodeOf, play, type PlayOptions } from './direct.ts';

/**
 * `spf model --replay`: the counterexample of a check, played on a kernel that has what it needs. Exit codes as of `spf direct`, and 2 where
 * the model has no counterexample or no schedule can be made of it.
 */
export async function replay(
  checks: readonly Check[],
  mutant: Mutant | null,
  options: PlayOptions,
): Promise<ExitCode> {
  const [check, another] = checks;
  if (check === undefined || another !== undefined)
    throw new UsageError('one counterexample is replayed at a time: choose it with --check or --mutant');
  const { fault, trace } = runCheck(check, mutant === null ? posted(check) : mutated(mutant));
  if (fault === null) throw new UsageError(`${check.id} has no counterexample: there is nothing to replay`);
  const file = scheduleOf({ check, mutant: mutant?.id ?? null, fault, trace });
  if (typeof file === 'string')
    throw new UsageError(`the counterexample of ${check.id} cannot be replayed: ${file}`);
  const schedule = scheduleSchema.parse(file);
  const directed = await play(schedule, {
    ...options,
    ...(options.with === undefined && mutant !== null && { with: patchesOf(mutant) }),
  });
  const path = join(directed.directory, 'schedule.yaml');
  await saveSchedule(path, file);
  console.log(directedText(schedule, directed));
  console.log(`Schedule: ${path} (again with: spf direct ${path})`);
  return exitCodeOf(directed);
}

/** What has to be on top of v12 for a kernel to have the same mistake. */
function patchesOf({ id }: Mutant): string[] {
  const row = loadMutants(projectDir).find(({ twin }) => twin === id);
  if (row === undefined)
    throw new UsageError(`no kernel mutant is the twin of ${id}: say what to apply with --with`);
  return ['spf-v12-fixes', row.id];
}
