import type { Ask } from './fragment.ts';

/**
 * Symbols that newer trees let nobody ask for, and what has to be asked for there to get them. A tree that does not know
 * the heir ignores it (conf_read_simple(), scripts/kconfig/confdata.c).
 */
const heirs: Readonly<Record<string, string>> = {
  // A choice of formats since 5.18, which selects it: lib/Kconfig.debug.
  DEBUG_INFO: 'DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT',
};

/** What has to be asked for besides, so that these asks can be met; nothing where the asks name it themselves. */
export function heirsOf(asks: readonly Ask[]): Ask[] {
  const named = new Set(asks.map(({ symbol }) => symbol));
  return asks.flatMap((ask) => {
    const heir = ask.value === 'y' ? heirs[ask.symbol] : undefined;
    return heir === undefined || named.has(heir) ? [] : [{ ...ask, symbol: heir, must: false }];
  });
}
