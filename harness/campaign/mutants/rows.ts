import { join } from 'node:path';
import { didYouMean } from '../../base/did-you-mean.ts';
import { UsageError } from '../../base/errors.ts';
import { type Mutant, mutantsSchema } from '../../mutation/row.ts';
import { readDataFile } from '../../plan/data-file.ts';

export const mutantsDirectory = (projectDir: string): string => join(projectDir, 'kernel-config/mutants');

/** The project's mutants, in the order of the file. @throws UsageError when the list is not well-formed. */
export function loadMutants(projectDir: string): Mutant[] {
  return readDataFile(join(mutantsDirectory(projectDir), 'mutants.yaml'), mutantsSchema);
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
