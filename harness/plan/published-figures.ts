import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeError, UsageError } from '../base/errors.ts';
import { type PublishedFigures, publishedFiguresSchema } from '../verdict/bench/published.ts';

/** The project's list. @throws UsageError when it is not well-formed. */
export function loadPublishedFigures(projectDir: string): PublishedFigures[] {
  const file = join(projectDir, 'kernel-config/published-figures.yaml');
  const read = z.array(publishedFiguresSchema).safeParse(parseYaml(file));
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
