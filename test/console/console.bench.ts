import { readFileSync } from 'node:fs';
import { bench, describe } from 'vitest';
import { createConsoleReader } from '../../harness/console/reader.ts';
import { bytesOfLog, recordedLogs } from './corpus/logs.ts';

/** Ratios within one run: what the clean log and the reports cost against merely finding the ends of the lines. */
const chunkBytes = 64 * 1024;
const megabytes = 8;

const repeat = (bytes: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil((megabytes * 1e6) / bytes.length) }, () => bytes));

const boot = readFileSync(new URL('samples/no-root.log', import.meta.url), 'utf8')
  .replaceAll('\r', '')
  .split('\n')
  .filter((line) => /^\[ *\d+\.\d{6}\]/.test(line) && !/panic|Call Trace|\+0x/.test(line));
const clean = repeat(Buffer.from(`${boot.slice(1).join('\n')}\n`));

/** Each log after a start of a kernel, so that what panicked in one does not silence the next. */
const banner = Buffer.from('\n[    0.000000] Linux version 5.10.1 (a@b) #1\n');
const reports =
  recordedLogs === null
    ? null
    : repeat(Buffer.concat(recordedLogs.flatMap((log) => [banner, Buffer.from(bytesOfLog(log))])));

function read(bytes: Buffer): number {
  const reader = createConsoleReader();
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  return reader.end().findings.length;
}

describe(`a console of ${megabytes} MB`, () => {
  const options = { time: 2000, warmupTime: 1000 };
  bench(
    'only finding the ends of lines',
    () => {
      for (let at = clean.indexOf(10); at >= 0; at = clean.indexOf(10, at + 1));
    },
    options,
  );
  bench('a clean log', () => void read(clean), options);
  if (reports !== null) bench('the recorded logs put together', () => void read(reports), options);
});
