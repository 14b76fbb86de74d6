import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findArch } from '../../../harness/arch/index.ts';
import { loadMutants, mutantsDirectory, selectMutants } from '../../../harness/campaign/mutants/rows.ts';
import { MUTANTS } from '../../../harness/model/protocol/mutants.ts';
import { mechanisms, mutantsSchema } from '../../../harness/mutation/row.ts';
import { readPatch } from '../../../harness/source/series/patch.ts';

const projectDir = resolve(import.meta.dirname, '../../..');
const directory = mutantsDirectory(projectDir);
const rows = loadMutants(projectDir);
const files = readdirSync(directory).filter((file) => file.endsWith('.patch'));
const { signal } = new AbortController();

describe('the mutants that come with the project', () => {
  test('every patch has a row, and every row a patch', () => {
    expect(rows.map(({ id }) => id).sort()).toEqual(files.map((file) => basename(file, '.patch')).sort());
  });

  test('there are mutants of every mechanism, forty at least', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect([...new Set(rows.map(({ mechanism }) => mechanism))].sort()).toEqual([...mechanisms].sort());
  });

  test('each twin is a mutant of the protocol model', () => {
    const known = MUTANTS.map(({ id }) => id);
    for (const { twin } of rows) if (twin !== undefined) expect(known).toContain(twin);
  });

  test('each architecture and profile is there', () => {
    const profiles = readdirSync(join(projectDir, 'kernel-config/profiles')).map((file) =>
      basename(file, '.config'),
    );
    for (const { arch, profile } of rows) {
      for (const id of arch) expect(findArch(id), id).toBeDefined();
      for (const name of profile) expect(profiles).toContain(name);
    }
  });

  test('each names a patch of its series', () => {
    for (const { id, patch } of rows) {
      const [series = '', number = ''] = patch.split('/');
      const patches = readdirSync(join(projectDir, 'kernel-config/series', series));
      expect(
        patches.some((file) => Number(/^\d+/.exec(file)?.[0]) === Number(number)),
        id,
      ).toBe(true);
    }
  });

  test.each(files)('%s is a patch with a title and an expectation', async (file) => {
    const patch = await readPatch(readFileSync(join(directory, file)), file, file, { signal });
    expect(patch.title).toMatch(/^mutant: /);
    expect(patch.message).toMatch(/^Expected: /m);
    expect(patch.author).toEqual({ name: 'spf-harness developers', email: 'spf-harness@localhost' });
  });

  test('no two patches are the same change', async () => {
    const diffs = await Promise.all(
      files.map(async (file) => {
        const { diff } = await readPatch(readFileSync(join(directory, file)), file, file, { signal });
        return Buffer.from(diff)
          .toString('latin1')
          .replaceAll(/^(index|@@) .*$/gm, '');
      }),
    );
    expect(new Set(diffs).size).toBe(diffs.length);
  });
});

describe('the list', () => {
  const row = { id: 'a', mechanism: 'fork', breaks: 'x', patch: 'spf-v12/1', symptom: 'y' };

  test('a misspelt key, an unknown mechanism and an id that is there twice are refused', () => {
    expect(mutantsSchema.safeParse([row]).success).toBe(true);
    expect(mutantsSchema.safeParse([{ ...row, symptoms: 'z' }]).success).toBe(false);
    expect(mutantsSchema.safeParse([{ ...row, mechanism: 'forks' }]).success).toBe(false);
    expect(mutantsSchema.safeParse([row, row]).success).toBe(false);
  });

  test('an id that no mutant has is refused with a hint', () => {
    expect(selectMutants(rows, []).length).toBe(rows.length);
    expect(selectMutants(rows, ['no-recheck']).map(({ id }) => id)).toEqual(['no-recheck']);
    expect(() => selectMutants(rows, ['no-rechek'])).toThrow(/did you mean "no-recheck"/);
  });
});
