import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  installCommand,
  isPresent,
  parseRequirements,
  readRequirements,
} from '../../harness/doctor/requirements.ts';

const projectDir = resolve(import.meta.dirname, '../..');

describe('requirements', () => {
  test('packages.txt: every row says package, proof and what it prevents', () => {
    for (const row of readRequirements(projectDir)) {
      expect(row.package).toMatch(/^[a-z0-9.+-]+$/);
      expect(row.proof).not.toBe('');
      expect(row.prevents.split(' ').length).toBeGreaterThan(1);
    }
  });

  test('every list of the architectures counts', () => {
    const packages = readRequirements(projectDir).map((row) => row.package);
    expect(packages).toEqual(
      expect.arrayContaining([
        'gcc',
        'gcc-powerpc64-linux-gnu',
        'gcc-powerpc64le-linux-gnu',
        'qemu-system-ppc',
      ]),
    );
  });

  test('comments and blank lines are none', () => {
    expect(parseRequirements('# a b c\n\n  gcc gcc  building  things\n')).toEqual([
      { package: 'gcc', proof: 'gcc', prevents: 'building things' },
    ]);
  });

  test('a program on PATH and a file are proofs, a file that cannot be run is none', () => {
    const dir = mkdtempSync(join(tmpdir(), 'spf-doctor-'));
    writeFileSync(join(dir, 'tool'), '');
    expect(isPresent('tool', dir)).toBe(false);
    chmodSync(join(dir, 'tool'), 0o755);
    expect(isPresent('tool', dir)).toBe(true);
    expect(isPresent(join(dir, 'tool'), '')).toBe(true);
    expect(isPresent(join(dir, 'other'), '')).toBe(false);
  });

  test('the install command names each missing package once', () => {
    const row = { proof: 'p', prevents: 'x', present: false };
    expect(
      installCommand([
        { ...row, package: 'a' },
        { ...row, package: 'a' },
        { ...row, package: 'b', present: true },
      ]),
    ).toBe('apt-get install -y --no-install-recommends a');
    expect(installCommand([{ ...row, package: 'a', present: true }])).toBeUndefined();
  });
});

describe('install-packages.sh', () => {
  /** The script in a folder of its own, with the package list given and only the programs given on PATH. */
  const runScript = (list: string, programs: Record<string, string>, more: Record<string, string> = {}) => {
    const dir = mkdtempSync(join(tmpdir(), 'spf-install-'));
    const script = join(dir, 'install-packages.sh');
    writeFileSync(script, execFileSync('cat', [join(projectDir, 'harness/doctor/install-packages.sh')]));
    writeFileSync(join(dir, 'packages.txt'), list);
    for (const [name, text] of Object.entries(more)) writeFileSync(join(dir, `packages-${name}.txt`), text);
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }
    return spawnSync('/bin/sh', [script, ...Object.keys(more)], {
      env: {
        PATH: `${dir}:${execFileSync('sh', ['-c', 'dirname $(command -v dirname)']).toString().trim()}`,
      },
      encoding: 'utf8',
    });
  };

  test('nothing missing: silent and 0', () => {
    const { status, stderr } = runScript('coreutils dirname words\n', {});
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('not root: the exact command and exit code 2', () => {
    const { status, stderr } = runScript('nowhere-pkg no-such-program words\n', {
      id: 'echo 1000',
      'apt-get': 'exit 1',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('sudo apt-get install -y --no-install-recommends nowhere-pkg');
  });

  test('a further list is looked at as well when it is named', () => {
    const programs = { id: 'echo 1000', 'apt-get': 'exit 1' };
    const lists = { ppc64: 'gcc-cross no-such-gcc words\n', ppc64le: 'gcc-le no-such-le words\n' };
    const { stderr } = runScript('coreutils dirname words\n', programs, lists);
    expect(stderr).toContain('install -y --no-install-recommends gcc-cross gcc-le\n');
  });

  test('root, and apt has no such package: what was tried and exit code 2', () => {
    const { status, stderr } = runScript('nowhere-pkg no-such-program words\n', {
      id: 'echo 0',
      'apt-get': 'exit 100',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('apt-get install -y --no-install-recommends nowhere-pkg');
  });
});
