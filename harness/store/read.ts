import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../base/errors.ts';
import { RUN_FILES } from './directory.ts';
import { runRecordSchema, type RunRecord } from './record.ts';

/**
 * Reads a run record, ours or somebody else's.
 *
 * @param path of `run.json`, or of the directory that holds it (`out/latest`).
 * @throws UsageError that says which file, what is wrong with it and where.
 */
export async function readRunRecord(path: string): Promise<RunRecord> {
  const { file, text } = await readRecordFile(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON; was it cut?`, { cause: error });
  }
  const read = runRecordSchema.safeParse(json);
  if (read.success) return read.data;
  const says = z.object({ schema: z.string() }).safeParse(json).data?.schema;
  const ours = runRecordSchema.shape.schema.value;
  if (says !== ours) {
    const what = says === undefined ? 'is not a run record' : `is a record of another kind (${says})`;
    throw new UsageError(`${file} ${what}: this harness reads ${ours}`);
  }
  throw new UsageError(`${file} does not fit the schema of a run record:\n${firstIssues(read.error)}`, {
    cause: read.error,
  });
}

async function readRecordFile(path: string): Promise<{ file: string; text: string }> {
  try {
    return { file: path, text: await readFile(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const inside = join(path, RUN_FILES.record);
    if (code === 'EISDIR') {
      return { file: inside, text: await readFile(inside, 'utf8').catch((cause) => refuse(inside, cause)) };
    }
    return refuse(path, error);
  }
}

function refuse(path: string, cause: unknown): never {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    throw new UsageError(`no run record at ${path}: \`spf run\` writes one under out/`, { cause });
  }
  throw new UsageError(`cannot read ${path}`, { cause });
}

function firstIssues(error: z.ZodError, most = 5): string {
  const { issues } = error;
  const shown = z.prettifyError(new z.ZodError(issues.slice(0, most)));
  return issues.length > most ? `${shown}\n… and ${issues.length - most} more` : shown;
}
