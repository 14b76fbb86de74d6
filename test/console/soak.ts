import { readFileSync } from 'node:fs';
import { createConsoleReader } from '../../harness/console/reader.ts';
import { bytesOfLog, recordedLogs } from './corpus/logs.ts';

/**
 * Memory and speed on a long console: `node test/console/soak.ts [megabytes] [clean|reports|noise]`. Ends with 1 when the
 * process grew beyond 256 MiB.
 */
const megabytes = Number(process.argv[2] ?? 1024);
const kind = process.argv[3] ?? 'clean';
const limitMiB = 256;

const boot = readFileSync(new URL('samples/no-root.log', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\[ *\d+\.\d{6}\]/.test(line) && !/panic|Call Trace|\+0x/.test(line));
const banner = Buffer.from('\n[    0.000000] Linux version 5.10.1 (a@b) #1\n');
const sources: Record<string, () => Buffer> = {
  clean: () => Buffer.from(boot.slice(1).join('\n')),
  reports: () => Buffer.concat((recordedLogs ?? []).flatMap((log) => [banner, Buffer.from(bytesOfLog(log))])),
  // One line without end.
  noise: () => Buffer.alloc(1 << 20, 'x1[ "'),
};
const block = sources[kind]?.() ?? Buffer.alloc(0);
if (block.length === 0) throw new Error(`nothing to read for "${kind}"`);

const reader = createConsoleReader();
const began = process.cpuUsage();
let bytes = 0;
let peak = 0;
while (bytes < megabytes * 2 ** 20) {
  for (let at = 0; at < block.length; at += 65536) reader.push(block.subarray(at, at + 65536));
  bytes += block.length;
  peak = Math.max(peak, process.memoryUsage.rss());
}
const { findings, lines } = reader.end();
const { user, system } = process.cpuUsage(began);
const peakMiB = peak / 2 ** 20;
console.log(
  `${kind}: ${(bytes / 2 ** 20).toFixed(0)} MiB, ${lines} lines, ${findings.length} findings; ` +
    `${(bytes / (user + system)).toFixed(0)} MB per CPU second, at most ${peakMiB.toFixed(0)} MiB`,
);
process.exitCode = peakMiB > limitMiB ? 1 : 0;
