import { join } from 'node:path';
import { writeFileAtomic } from '../base/disk.ts';
import { RUN_FILES } from '../store/directory.ts';
import type { RunRecord } from '../store/record.ts';
import { reportHtml } from './html/page.ts';
import { junitXml } from './junit.ts';
import { kcidbJson } from './kcidb.ts';
import { ktap } from './ktap.ts';

/** One writer a format; each reads the record and nothing else. */
const writers: readonly (readonly [file: string, write: (record: RunRecord) => string])[] = [
  [RUN_FILES.html, reportHtml],
  [RUN_FILES.junit, junitXml],
  [RUN_FILES.ktap, ktap],
  [RUN_FILES.kcidb, kcidbJson],
];

/**
 * Writes every report of a run into its directory, each whole or not at all.
 *
 * @returns the paths.
 * @throws RigError when the disk is full.
 */
export async function writeReports(directory: string, record: RunRecord): Promise<string[]> {
  const paths: string[] = [];
  for (const [file, write] of writers) {
    const path = join(directory, file);
    await writeFileAtomic(path, write(record));
    paths.push(path);
  }
  return paths;
}
