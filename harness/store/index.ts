/** The run directory: records in, records out. */
export { createJobDirectory, createRunDirectory, RUN_FILES } from './directory.ts';
export { updateLatest } from './latest.ts';
export { readRunRecord } from './read.ts';
export { reproScript, writeReproScript } from './repro.ts';
export { createRunId, isRunId } from './run-id.ts';
export { shellCommand, shellQuote } from './shell.ts';
export { writeEachRecord } from './write-each.ts';
export { writeRunRecord } from './write.ts';
