import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { didYouMean } from '../../base/did-you-mean.ts';
import { describeError, UsageError } from '../../base/errors.ts';
import { type Mutant, mutantsSchema } from '../../mutation/row.ts';

export const mutantsDirectory = (projectDir: string): string => join(projectDir, 'kernel-config/mutants');

/** The project's mutants, in the order of the file. @throws UsageError when the list is not well-formed. */
export function loadMutants(projectDir: string): Mutant[] {
  const file = join(mutantsDirectory(projectDir), 'mutants.yaml');
  const read = mutantsSchema.safeParse(parseYaml(file));
  if (!read.success) throw new UsageError(`${file}: ${z.prettifyError(read.error)}`);
  return read.data;
}

/** Those of these ids, all for none. @throws UsageError for an id that no mutant has. */
export function selectMutants(all: readonly Mutant[], ids: readonly string[]): Mutant[] {
  const known = all.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    throw new UsageError(
      `there is no mutant "${id}"${didYouMean(id, known)}; \`spf mutants --list\` names them`,
    );
  }
  return all.filter(({ id }) => ids.length === 0 || ids.includes(id));
}

function parseYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${describeError(error)}`, { cause: error });
  }
}
