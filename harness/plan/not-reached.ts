import { join } from 'node:path';
import { type Explanation, explanationsSchema } from '../coverage/explanation.ts';
import { readDataFile } from './data-file.ts';

/** The project's list. @throws UsageError when it is not well-formed. */
export function loadExplanations(projectDir: string): Explanation[] {
  return readDataFile(join(projectDir, 'kernel-config/not-reached.yaml'), explanationsSchema);
}
