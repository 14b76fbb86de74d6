import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { arches } from '../../harness/arch/index.ts';
import { parseFragment } from '../../harness/kconfig/fragment.ts';
import { collectAsks, listProfiles } from '../../harness/kconfig/fragments.ts';

const projectDir = join(import.meta.dirname, '../..');
const allArches = Object.values(arches);

test('our profiles', async () => {
  expect(await listProfiles({ projectDir })).toEqual(expect.arrayContaining(['bench', 'kasan', 'race']));
});

test.each(allArches)('every profile is whole for $id', async (arch) => {
  for (const profile of await listProfiles({ projectDir })) {
    const asks = await collectAsks({ arch, profile, symbols: ['SPECULATIVE_PAGE_FAULT'] }, { projectDir });
    const musts = asks.filter(({ must }) => must).map(({ symbol }) => symbol);
    expect(musts).toEqual(
      expect.arrayContaining(['SMP', 'PRINTK_CALLER', 'PERF_EVENTS', 'SPECULATIVE_PAGE_FAULT']),
    );
  }
});

test.each(globSync('**/*.config', { cwd: join(projectDir, 'kernel-config') }))(
  '%s asks for a symbol once',
  (file) => {
    const asks = parseFragment(readFileSync(join(projectDir, 'kernel-config', file), 'utf8'), file);
    const symbols = asks.map(({ symbol }) => symbol);
    expect(symbols).toEqual([...new Set(symbols)]);
  },
);

test('the symbol of a series can be asked to stay off', async () => {
  const request = { arch: arches.x86_64, profile: 'race', symbolsOff: ['SPECULATIVE_PAGE_FAULT'] };
  const asks = await collectAsks(request, { projectDir });
  expect(asks.find(({ symbol }) => symbol === 'SPECULATIVE_PAGE_FAULT')).toMatchObject({
    value: 'n',
    must: true,
  });
});

test('KASAN is asked for on powerpc too, and its lack stops no build there', async () => {
  const ask = async (arch: keyof typeof arches) =>
    (await collectAsks({ arch: arches[arch], profile: 'kasan' }, { projectDir })).find(
      ({ symbol }) => symbol === 'KASAN',
    );
  expect(await ask('x86_64')).toMatchObject({ value: 'y', must: true });
  expect(await ask('ppc64')).toMatchObject({ value: 'y', must: false });
  expect(await ask('ppc64le-hash')).toMatchObject({ value: 'y', must: false });
});

test('what an architecture says to one profile is not said to another', async () => {
  const symbols = (await collectAsks({ arch: arches.ppc64, profile: 'race' }, { projectDir })).map(
    ({ symbol }) => symbol,
  );
  expect(symbols).not.toContain('DEBUG_PAGEALLOC');
});

test('a variant with 4 KiB pages asks for them, the others for 64 KiB', async () => {
  const musts = async (arch: keyof typeof arches) =>
    (await collectAsks({ arch: arches[arch], profile: 'race' }, { projectDir }))
      .filter(({ symbol, must }) => must && symbol.endsWith('K_PAGES'))
      .map(({ symbol }) => symbol);
  expect(await musts('ppc64')).toEqual(['PPC_64K_PAGES']);
  expect(await musts('ppc64-4k')).toEqual(['PPC_4K_PAGES']);
  expect(await musts('ppc64le-4k')).toEqual(['PPC_4K_PAGES']);
  expect(await musts('ppc64le-hash')).toEqual(['PPC_64K_PAGES']);
});

test('an unknown profile is named, with those that there are', async () => {
  const arch = allArches[0]!;
  await expect(collectAsks({ arch, profile: 'kassan' }, { projectDir })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/"kassan".*kasan, race/) as string,
  });
});
