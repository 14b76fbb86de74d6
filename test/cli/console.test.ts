import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const spf = new URL('../../harness/cli/spf.ts', import.meta.url).pathname;
const sample = (name: string) => new URL(`../console/samples/${name}.log`, import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'spf-console-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (args: readonly string[], input = '') =>
  spawnSync(process.execPath, [spf, 'console', ...args], {
    input,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });

test('people get the finding, who, the stack and the console with the lines asked for', () => {
  const { stdout, status } = run([sample('vm-bug-on-vma'), '--context', '2']);
  expect(status).toBe(1);
  expect(stdout).toContain('kernel BUG in populate_vma_page_range  lines 212-260');
  expect(stdout).toContain('init, pid 24, CPU 0, 5.10.223-spf-try');
  expect(stdout.split('\n').filter((line) => line.startsWith('    | '))).toHaveLength(3);
});

test('--json is one document, also of standard input; a clean log ends with 0', () => {
  const { stdout, status } = run(['-', '--json'], readFileSync(sample('no-root'), 'utf8'));
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([{ file: '-', findings: [{ kind: 'panic' }] }]);
  expect(run(['-'], 'all is well\n').status).toBe(0);
});

test('a growing log: each finding once its report has ended', async () => {
  const file = join(directory, 'growing.log');
  writeFileSync(file, '');
  const child = spawn(process.execPath, [spf, 'console', '--follow', '--json', file]);
  const lines: string[] = [];
  const heard = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString('utf8'));
      if (lines.join('').includes('\n')) resolve();
    });
  });
  appendFileSync(file, readFileSync(sample('vm-bug-on-vma')));
  await heard;
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.on('exit', resolve));
  expect(JSON.parse(lines.join(''))).toMatchObject({ kind: 'vm-bug-on', blamed: 'populate_vma_page_range' });
  expect(code).toBe(1);
});

test.each([[['--context', 'many', '-']], [['--follow', '-']], [[]], [['/nowhere/at/all.log']]])(
  'wrong usage ends with 2: %j',
  (args) => {
    expect(run(args).status).toBe(2);
  },
);
