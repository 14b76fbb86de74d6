import { join } from 'node:path';
import { type Places, pointsSchema } from '../director/explore/points.ts';
import { readDataFile } from './data-file.ts';

/** Where an exploration holds actors: kernel-config/points.yaml. @throws UsageError. */
export const loadPlaces = (projectDir: string): Places =>
  readDataFile(join(projectDir, 'kernel-config', 'points.yaml'), pointsSchema);
