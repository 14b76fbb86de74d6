import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { didYouMean } from '../base/did-you-mean.ts';
import { UsageError } from '../base/errors.ts';
import { type DirectedSchedule, scheduleSchema } from '../director/schedule.ts';
import { readDataFile } from './data-file.ts';

const directoryOf = (projectDir: string): string => join(projectDir, 'kernel-config', 'schedules');

/** Names of the schedules that come with the project. */
export function scheduleNames(projectDir: string): string[] {
  return readdirSync(directoryOf(projectDir))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** By its name in kernel-config/schedules, or by a path. @throws UsageError. */
export function loadSchedule(argument: string, projectDir: string): DirectedSchedule {
  const names = scheduleNames(projectDir);
  if (names.includes(argument))
    return readDataFile(join(directoryOf(projectDir), `${argument}.yaml`), scheduleSchema);
  if (existsSync(argument)) return readDataFile(argument, scheduleSchema);
  throw new UsageError(
    `no schedule ${argument}${didYouMean(argument, names)}; there are: ${names.join(', ')}; or give a file`,
  );
}
