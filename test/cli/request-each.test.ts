import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { build } from '../../harness/cli/build.ts';
import { requestEach } from '../../harness/cli/request.ts';
import { repeatArguments } from '../../harness/campaign/each/request.ts';

const projectDir = resolve(import.meta.dirname, '../..');

test('the plan says what is left out', () => {
  const request = requestEach('default', {}, projectDir);
  expect(request.arches.map(({ id }) => id)).toEqual(['x86_64', 'ppc64']);
  expect(request).toMatchObject({ profile: 'each', outDir: resolve('out'), extraSeries: [] });
  expect(request.plan.series).toEqual(['spf-v12']);
});

test('the command line overrules it, and the record says how to do it again', () => {
  const options = { arch: ['ppc64'], series: 'spf-v12-fixes', with: ['x'], base: 'debian:5.10', out: 'o' };
  const request = requestEach('fixes', { ...options, profile: ['race'] }, projectDir);
  expect(request).toMatchObject({ profile: 'race', outDir: resolve('o'), extraSeries: ['x'] });
  expect(request.plan.series).toEqual(['spf-v12-fixes']);
  expect(request.scope).toBe('vmlinux');
  const touched = requestEach('fixes', { touched: true }, projectDir);
  expect(touched.scope).toBe('touched');
  expect(repeatArguments(touched)).toContain('--touched');
  expect(repeatArguments(request).join(' ')).toBe(
    'npx spf build fixes --each --base debian:5.10 --series spf-v12-fixes --with x --arch ppc64 --profile race',
  );
});

test.each([
  ['--kernel', { kernel: ['base'] }, /--kernel has no meaning/],
  ['two profiles', { profile: ['race', 'kasan'] }, /one profile, not race and kasan/],
  ['an architecture with a slip', { arch: ['x86_46'] }, /unknown architecture "x86_46" .*x86_64/],
])('%s is refused', (_, options, message) => {
  expect(() => requestEach('default', options, projectDir)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringMatching(message) as string }) as Error,
  );
});

test('a plan that is not there, and --out without --each', async () => {
  expect(() => requestEach('nowhere', {}, projectDir)).toThrow(/no plan "nowhere"/);
  await expect(build('default', { out: 'x' })).rejects.toMatchObject({ exitCode: 2 });
  await expect(build('default', { touched: true })).rejects.toMatchObject({ exitCode: 2 });
});
