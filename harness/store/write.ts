import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../base/disk.ts';
import { RigError } from '../base/errors.ts';
import { RUN_FILES } from './directory.ts';
import { runRecordSchema, type RunRecord } from './record.ts';

/**
 * Checks the record against its schema and writes `run.json` whole or not at all.
 *
 * @returns the file's path.
 * @throws RigError when the record does not fit: a bug of ours. Hours of work are not thrown away for it: what there is
 *   goes to `run.invalid.json`, a name that nothing takes for a record.
 */
export async function writeRunRecord(directory: string, record: RunRecord): Promise<string> {
  const checked = runRecordSchema.safeParse(record);
  const path = join(directory, checked.success ? RUN_FILES.record : 'run.invalid.json');
  await writeFileAtomic(path, `${JSON.stringify(checked.data ?? record, null, 2)}\n`);
  if (checked.success) return path;
  throw new RigError(
    `the run record does not fit its schema (kept in ${path}):\n${z.prettifyError(checked.error)}`,
    { cause: checked.error },
  );
}
