import { expect, test } from 'vitest';
import { parseFragment } from '../../harness/kconfig/fragment.ts';
import { heirsOf } from '../../harness/kconfig/heirs.ts';

const heirsIn = (text: string) =>
  heirsOf(parseFragment(text, 'f')).map(({ symbol, value, must }) => [symbol, value, must]);
const heir = 'DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT';

test('debug information is asked for by the name that newer trees have for it, too', () => {
  expect(heirsIn('CONFIG_SMP=y\nCONFIG_DEBUG_INFO=y # must')).toEqual([[heir, 'y', false]]);
});

test('not where it is to be off, nor where the fragment says so itself', () => {
  expect(heirsIn('# CONFIG_DEBUG_INFO is not set')).toEqual([]);
  expect(heirsIn(`CONFIG_DEBUG_INFO=y\n# CONFIG_${heir} is not set`)).toEqual([]);
});
