import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeError, UsageError } from '../base/errors.ts';

/** A YAML file of kernel-config that is data alone. @throws UsageError, naming the file, when it is not as `schema` says. */
export function readDataFile<T extends z.ZodType>(file: string, schema: T): z.output<T> {
  const read = schema.safeParse(parseYaml(file));
  if (!read.success) throw new UsageError(`${file}: ${z.prettifyError(read.error)}`);
  return read.data;
}

function parseYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${describeError(error)}`, { cause: error });
  }
}
