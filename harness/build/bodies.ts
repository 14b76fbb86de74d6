import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import type { SymbolTable } from '../console/symbols/nm.ts';
import { parseDisassembly } from '../director/disassembly.ts';
import type { Body } from '../director/resolve.ts';
import { type Binary, readBinary, readPlaces } from './symbols.ts';

/** What the bodies of functions are read from. */
export interface Anatomy extends Binary {
  readonly table: SymbolTable;
  /** Directory of the tree that it was built from, for the text of its lines. */
  readonly tree: string;
}

/** Functions of a name. The text of one in the ELFv1 ABI of powerpc has a dot; without it, the name is a descriptor's, which is data. */
export const functionsOf = (table: SymbolTable, name: string) =>
  table.get(`.${name}`) ?? table.get(name) ?? [];

/** The same, and what GCC made of them: with fewer arguments, a constant for one, a part of the body. */
const clonesOf = (table: SymbolTable, name: string) =>
  ['', '.isra.0', '.constprop.0', '.part.0', '.isra.0.part.0'].flatMap((clone) =>
    functionsOf(table, `${name}${clone}`),
  );

/**
 * The bodies of the functions of a name: one or none for most, several where static ones share it.
 *
 * @param wantsSource whether the text of their lines is needed. Files that are no longer there are left out.
 */
export async function readBodies(
  name: string,
  { table, tree, ...binary }: Anatomy,
  wantsSource: boolean,
  ctx: Pick<Context, 'signal'>,
): Promise<Body[]> {
  const bodies: Body[] = [];
  for (const { address, size } of clonesOf(table, name)) {
    const { vmlinux, crossCompile } = binary;
    const range = [`--start-address=${address}`, `--stop-address=${address + BigInt(size)}`];
    const listing = await readBinary(
      [`${crossCompile}objdump`, '-d', '--no-show-raw-insn', ...range, vmlinux],
      ctx,
    );
    const instructions = parseDisassembly(listing);
    const addresses = instructions.map((one) => one.address);
    const { places, root } = await readPlaces(addresses, table, binary, ctx);
    const sources = wantsSource ? await readSources(places, root, tree) : new Map();
    bodies.push({ instructions, places, sources });
  }
  return bodies;
}

async function readSources(
  places: Body['places'],
  root: string,
  tree: string,
): Promise<Map<string, readonly string[]>> {
  const files = new Set([...places.values()].flat().map(({ file }) => file));
  const sources = new Map<string, readonly string[]>();
  for (const file of files) {
    if (file?.startsWith(root) !== true) continue;
    const text = await readFile(join(tree, file.slice(root.length)), 'utf8').catch(() => undefined);
    if (text !== undefined) sources.set(file, text.split('\n'));
  }
  return sources;
}
