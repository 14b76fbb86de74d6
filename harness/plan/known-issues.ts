import { join } from 'node:path';
import { z } from 'zod';
import { type KnownIssue, knownIssueSchema } from '../verdict/known-issues.ts';
import { readDataFile } from './data-file.ts';

/** The project's list. @throws UsageError when it is not well-formed. */
export function loadKnownIssues(projectDir: string): KnownIssue[] {
  return readDataFile(join(projectDir, 'kernel-config/known-issues.yaml'), z.array(knownIssueSchema));
}
