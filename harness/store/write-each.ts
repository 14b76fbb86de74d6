import { join } from 'node:path';
import { writeFileAtomic } from '../base/disk.ts';
import { eachRecordSchema, type EachRecord } from './each-record.ts';

/**
 * Checks the record against its schema and writes `each.json` whole or not at all.
 *
 * @returns the file's path.
 * @throws ZodError when the record does not fit: a bug of ours; finished steps are in the cache.
 */
export async function writeEachRecord(directory: string, record: EachRecord): Promise<string> {
  const path = join(directory, 'each.json');
  await writeFileAtomic(path, `${JSON.stringify(eachRecordSchema.parse(record), null, 2)}\n`);
  return path;
}
