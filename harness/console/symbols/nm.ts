/** A function of a vmlinux: where it begins and how far it is to the next symbol, as kallsyms reckons sizes. */
export interface KernelSymbol {
  readonly address: bigint;
  readonly size: number;
}

/** Functions by name; static ones of the same name all stand in the list. */
export type SymbolTable = ReadonlyMap<string, readonly KernelSymbol[]>;

/**
 * Reads the output of `nm -n vmlinux`: `address type name`, sorted by address. Data symbols end a function's size but
 * are no functions themselves (types t, T, w, W are text and weak: nm(1)).
 */
export function parseNm(output: string): SymbolTable {
  const rows = [...output.matchAll(/^([0-9a-f]+) (\w) (\S+)$/gm)].map(
    ([, address = '', type = '', name = '']) => ({
      address: BigInt(`0x${address}`),
      type,
      name,
    }),
  );
  const table = new Map<string, KernelSymbol[]>();
  let next: bigint | undefined;
  let following: bigint | undefined;
  for (const { address, type, name } of rows.reverse()) {
    if (following !== undefined && address !== following) next = following;
    following = address;
    if (!/^[tTwW]$/.test(type)) continue;
    const size = next === undefined ? 0 : Number(next - address);
    table.set(name, [...(table.get(name) ?? []), { address, size }]);
  }
  return table;
}
