import { stringify } from 'yaml';
import { writeFileAtomic } from '../base/disk.ts';
import { type DirectedSchedule, type ScheduleFile, scheduleSchema } from '../director/schedule.ts';
import { readDataFile } from './data-file.ts';
import { locateShipped, shippedNames } from './shipped.ts';

/** Names of the schedules that come with the project. */
export const scheduleNames = (projectDir: string): string[] => shippedNames('schedules', projectDir);

/** By its name in kernel-config/schedules, or by a path. @throws UsageError. */
export const loadSchedule = (nameOrPath: string, projectDir: string): DirectedSchedule =>
  readDataFile(locateShipped('schedules', nameOrPath, projectDir), scheduleSchema);

/** For `spf direct PATH`. */
export const saveSchedule = (path: string, file: ScheduleFile): Promise<void> =>
  writeFileAtomic(path, stringify(file, { lineWidth: 0 }));
