#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bootGuest, knownArch } from './guest.ts';

/**
 * Records a small history for test/workload/history/recorded: `node test/record/history.ts ARCH FILE [--debian]`, on the
 * series' `race` kernel or on Debian's own.
 */
const [id, file = 'history.bin', debian] = process.argv.slice(2);
const running = await bootGuest(knownArch(id), { debian: debian === '--debian' });
const options = '--duration 0.3 --pages 32 --stripe 4 --longest 4 --seed 7 --history /tmp/history.bin'.split(
  ' ',
);
const { exitCode, stderr } = await running.exec([join(running.programs, 'hammer'), ...options]);
if (exitCode !== 0) throw new Error(`hammer ended with ${exitCode}: ${stderr}`);
await running.get('/tmp/history.bin', file);
await running.stop('clean');
execFileSync('gzip', ['-9', '-n', '-f', file]);
process.exit(0);
