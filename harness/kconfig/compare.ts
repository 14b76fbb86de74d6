import { explain } from './explain.ts';
import { compareValues, isSwitch } from './evaluate.ts';
import type { DotConfig } from './dotconfig.ts';
import type { Ask } from './fragment.ts';
import type { KconfigTree } from './tree.ts';

/** A symbol that did not become what was asked. */
export interface DroppedSymbol {
  readonly symbol: string;
  readonly asked: string;
  /** What it became, and why: `got n: depends on DEBUG_VM, which is n`. */
  readonly reason: string;
  readonly must: boolean;
}

/**
 * Compares every ask with what Kconfig made of it.
 *
 * @param readTree reads the tree's Kconfig files; called only when something was dropped.
 */
export function compareAsks(
  asks: readonly Ask[],
  config: DotConfig,
  readTree: () => KconfigTree,
): DroppedSymbol[] {
  const missed = asks.filter((ask) => !isMet(ask, config));
  if (missed.length === 0) return [];
  const tree = readTree();
  return missed.map((ask) => {
    const got = config.get(ask.symbol) ?? (isSwitch(ask.symbol, tree) ? 'n' : undefined);
    const why = explain(ask, { tree, config });
    const reason = got === undefined ? why : `got ${got}: ${why}`;
    return { symbol: ask.symbol, asked: ask.value, reason, must: ask.must };
  });
}

function isMet({ symbol, value }: Ask, config: DotConfig): boolean {
  const got = config.get(symbol);
  if (value === 'n') return got === undefined || got === 'n';
  return got !== undefined && compareValues(got, value) === 0;
}
