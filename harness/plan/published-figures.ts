import { join } from 'node:path';
import { z } from 'zod';
import { type PublishedFigures, publishedFiguresSchema } from '../verdict/bench/published.ts';
import { readDataFile } from './data-file.ts';

/** The project's list. @throws UsageError when it is not well-formed. */
export function loadPublishedFigures(projectDir: string): PublishedFigures[] {
  const file = join(projectDir, 'kernel-config/published-figures.yaml');
  return readDataFile(file, z.array(publishedFiguresSchema));
}
