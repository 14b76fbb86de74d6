import { createHash } from 'node:crypto';

/** What a `.config` says: value by symbol, as written; a symbol that is not set is absent. */
export type DotConfig = ReadonlyMap<string, string>;

/** Reads the `.config` that Kconfig writes (confdata.c, conf_write()). */
export function parseDotConfig(text: string): DotConfig {
  const values = new Map<string, string>();
  for (const [, symbol, value] of text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)) {
    if (symbol !== undefined && value !== undefined) values.set(symbol, value);
  }
  return values;
}

/** sha256 in hex of the settings alone: comments and their order do not count. */
export function hashDotConfig(config: DotConfig): string {
  const lines = [...config].map(([symbol, value]) => `${symbol}=${value}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
