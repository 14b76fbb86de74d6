import { readFileSync } from 'node:fs';
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

test.each(['base.config', ...allArches.map(({ id }) => `arch/${id}.config`), 'profiles/kasan.config'])(
  '%s asks for a symbol once',
  (file) => {
    const asks = parseFragment(readFileSync(join(projectDir, 'kernel-config', file), 'utf8'), file);
    const symbols = asks.map(({ symbol }) => symbol);
    expect(symbols).toEqual([...new Set(symbols)]);
  },
);

test('an unknown profile is named, with those that there are', async () => {
  const arch = allArches[0]!;
  await expect(collectAsks({ arch, profile: 'kassan' }, { projectDir })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/"kassan".*kasan, race/) as string,
  });
});
