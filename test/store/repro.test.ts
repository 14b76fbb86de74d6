import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shellCommand, shellQuote, writeReproScript } from '../../harness/store/index.ts';

let project: string;
let jobDirectory: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "spf it's a project "));
  jobDirectory = join(project, 'out', 'run', 'jobs', 'one');
  await mkdir(jobDirectory, { recursive: true });
  await mkdir(join(project, 'harness', 'cli'), { recursive: true });
  await writeFile(join(project, 'harness', 'cli', 'spf.ts'), '');
  // Stands for npx: says where it is and what it was given, each word ended by NUL.
  await mkdir(join(project, 'bin'));
  await writeFile(join(project, 'bin', 'npx'), `#!/bin/sh\nprintf '%s\\0' "$PWD" "$@"\n`);
  await chmod(join(project, 'bin', 'npx'), 0o755);
});
afterEach(() => rm(project, { recursive: true }));

const started = { id: 'one', status: 'FAIL', reason: 'warning' } as const;

async function repeat(script: string, argv: readonly string[] = [], env: Record<string, string> = {}) {
  const path = `${join(project, 'bin')}:${process.env['PATH']}`;
  return execa(script, argv, {
    cwd: tmpdir(),
    env: { PATH: path, ...env },
    reject: false,
    stripFinalNewline: false,
  });
}

const odd = [
  '--workload',
  "it's",
  '$HOME',
  '`id`',
  '"; rm -rf /',
  'a\nb',
  '',
  '*',
  '\\',
  '-n',
  'ü€',
  '~',
  '#no',
];

describe('repro.sh', () => {
  test('repeats the command from the project, every word as it was', async () => {
    const script = await writeReproScript(jobDirectory, started, ['npx', 'spf', 'run', ...odd]);
    expect((await stat(script)).mode & 0o777).toBe(0o755);
    const { stdout } = await repeat(script, ['--more', 'a b']);
    expect(stdout.split('\0')).toEqual([project, 'spf', 'run', ...odd, '--more', 'a b', '']);
  });

  test('what the kernel said cannot become a command', async () => {
    const reason = 'oops\ntouch /tmp/owned\r\nexit 9\u2028exit 8';
    const script = await writeReproScript(jobDirectory, { ...started, reason }, ['npx', 'spf']);
    const { stdout, exitCode } = await repeat(script);
    expect({ stdout, exitCode }).toEqual({ stdout: `${project}\0spf\0`, exitCode: 0 });
  });

  test('says what to do when it was moved away, and does it', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'spf-moved-'));
    try {
      const script = await writeReproScript(elsewhere, started, ['npx', 'spf']);
      const lost = await repeat(script);
      expect(lost.exitCode).toBe(2);
      expect(lost.stderr).toMatch(/SPF_HARNESS/);
      expect((await repeat(script, [], { SPF_HARNESS: elsewhere })).exitCode).toBe(2);
      expect((await repeat(script, [], { SPF_HARNESS: project })).stdout).toBe(`${project}\0spf\0`);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});

describe('shell words', () => {
  test('come back from a real shell as they were', async () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed());
    const words = fc.array(word, { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(words, async (argv) => {
        const { stdout } = await execa('sh', ['-c', `printf '%s\\0' ${shellCommand(['x', ...argv])}`]);
        expect(stdout).toBe(['x', ...argv, ''].join('\0'));
      }),
      { numRuns: 10 },
    );
  });

  test('plain words stay readable; a NUL cannot be said', () => {
    expect(shellCommand(['npx', 'spf', '--seed', '1', 'a b'])).toBe("npx spf --seed 1 'a b'");
    expect(() => shellQuote('a\0b')).toThrow(RangeError);
  });
});
