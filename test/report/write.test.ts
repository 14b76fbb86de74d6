import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeReports } from '../../harness/report/index.ts';
import { kasanRun } from './records/kasan.ts';

test('writes every format beside the record, and again the same', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'spf-report-'));
  try {
    const paths = await writeReports(directory, kasanRun());
    expect((await readdir(directory)).sort()).toEqual([
      'junit.xml',
      'kcidb.json',
      'report.html',
      'results.ktap',
    ]);
    const before = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    await writeReports(directory, kasanRun());
    expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(before);
  } finally {
    await rm(directory, { recursive: true });
  }
});
