import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RigError, UsageError } from '../../harness/base/errors.ts';
import { readRunRecord, writeRunRecord } from '../../harness/store/index.ts';
import { runJsonSchema } from '../../harness/store/schema.ts';
import { job, run } from '../report/records/build.ts';
import { cleanRun } from '../report/records/clean.ts';
import { kasanRun } from '../report/records/kasan.ts';
import { rigFaultRun } from '../report/records/rig-fault.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spf-record-'));
});
afterEach(() => rm(directory, { recursive: true }));

const records = { clean: cleanRun(), kasan: kasanRun(), 'rig fault': rigFaultRun() };

describe('run.json', () => {
  test.each(Object.entries(records))('comes back as it was written: %s', async (_, record) => {
    const path = await writeRunRecord(directory, record);
    expect(await readRunRecord(path)).toEqual(record);
    expect(await readRunRecord(directory)).toEqual(record);
    expect(await readdir(directory)).toEqual(['run.json']);
  });

  test('a record that does not fit is kept under another name, and is an error of the rig', async () => {
    const broken = run({ jobs: [job({ counters: { spf: Number.NaN } })] });
    const writing = writeRunRecord(directory, broken);
    await expect(writing).rejects.toThrow(RigError);
    await expect(writing).rejects.toThrow(/run\.invalid\.json[^]*counters\.spf/);
    expect(await readdir(directory)).toEqual(['run.invalid.json']);
    await expect(readRunRecord(directory)).rejects.toThrow(/no run record at/);
  });

  test('an old record stays when the new one does not fit', async () => {
    await writeRunRecord(directory, records.clean);
    await expect(writeRunRecord(directory, run({ seconds: -1 }))).rejects.toThrow(RigError);
    expect(await readRunRecord(directory)).toEqual(records.clean);
  });

  test.each([
    ['cut', '{"schema": "spf-harness/run/1", "jobs": [', /is not JSON; was it cut\?/],
    [
      'something else',
      '{"name": "spf-harness"}',
      /is not a run record: this harness reads spf-harness\/run\/1/,
    ],
    ['no object', '[1, 2]', /is not a run record/],
    ['of another version', '{"schema": "spf-harness/run/9"}', /another kind \(spf-harness\/run\/9\)/],
    [
      'without most of it',
      '{"schema": "spf-harness/run/1"}',
      /does not fit the schema[^]*runId[^]*and \d+ more/,
    ],
  ])('a file that is %s is a usage error that says so', async (_, text, says) => {
    const path = join(directory, 'run.json');
    await writeFile(path, text);
    const reading = readRunRecord(path);
    await expect(reading).rejects.toThrow(UsageError);
    await expect(reading).rejects.toThrow(says);
    await expect(reading).rejects.toThrow(path);
  });

  test('a path without a record says what makes one', async () => {
    await expect(readRunRecord(join(directory, 'nowhere'))).rejects.toThrow(/spf run/);
    await expect(readRunRecord(directory)).rejects.toThrow(UsageError);
  });
});

describe('docs/run-schema.json', () => {
  const file = new URL('../../docs/run-schema.json', import.meta.url);

  test('is current (else: npm run schema)', async () => {
    expect(await readFile(file, 'utf8')).toBe(runJsonSchema());
  });

  test('takes our records and refuses others, as another program reads it', async () => {
    const ajv = new Ajv2020({ validateFormats: false, strict: false });
    const validate = ajv.compile(JSON.parse(await readFile(file, 'utf8')) as object);
    for (const record of Object.values(records))
      expect(validate(record), ajv.errorsText(validate.errors)).toBe(true);
    expect(validate({ ...cleanRun(), seconds: 'long' })).toBe(false);
    expect(validate(run({ jobs: [job({ status: 'BROKEN' as never })] }))).toBe(false);
  });
});
