import { readFile } from 'node:fs/promises';
import type { Arch } from '../../arch/index.ts';
import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import { type Anatomy, functionsOf, readBodies } from '../../build/bodies.ts';
import { readSymbols } from '../../build/symbols.ts';
import { MARK_FUNCTION } from '../../director/cast.ts';
import type { Point } from '../../director/point.ts';
import { processorOf } from '../../director/processor.ts';
import { type Body, resolvePoint } from '../../director/resolve.ts';
import { parseDotConfig } from '../../kconfig/dotconfig.ts';
import type { KernelRecord } from '../../store/record.ts';

/** What the director has to know of one build of a kernel. */
export interface KernelLookup {
  readonly addresses: ReadonlyMap<string, readonly bigint[]>;
  /** Points that this build does not have, and why. */
  readonly missing: readonly string[];
  readonly marks: readonly bigint[];
  readonly spare: { readonly address: bigint; readonly bytes: number };
  readonly stackBytes: number;
  readonly nameOf: (address: bigint) => string;
}

/** A function that nobody calls while schedules are played: kernel/reboot.c. */
const SPARE = 'kernel_halt';

/** The bodies of functions by name; disassembled once, because many points are in one function. */
type BodiesOf = (name: string, wantsSource: boolean) => Promise<Body[]>;

function createBodies(anatomy: Anatomy, ctx: Pick<Context, 'signal'>): BodiesOf {
  const known = new Map<string, Promise<Body[]>>();
  return (name, wantsSource) => {
    const key = `${name} ${wantsSource}`;
    const bodies = known.get(key) ?? readBodies(name, anatomy, wantsSource, ctx);
    known.set(key, bodies);
    return bodies;
  };
}

/** Where a point is, or what stands in for it; otherwise why there is none of them. */
async function find(point: Point, bodiesOf: BodiesOf): Promise<readonly bigint[] | string> {
  const wantsSource = point.at.kind === 'line' || point.at.kind === 'store';
  const found = resolvePoint(point, await bodiesOf(point.function, wantsSource));
  if (typeof found !== 'string' || point.otherwise === undefined) return found;
  const other = await find(point.otherwise, bodiesOf);
  return typeof other === 'string' ? `${found}; ${other}` : other;
}

/**
 * @param tree directory of the tree that it was built from.
 * @throws UsageError for a kernel without debug information at hand, RigError without binutils.
 */
export async function lookUp(
  points: readonly Point[],
  { files }: KernelRecord,
  tree: string,
  arch: Arch,
  ctx: Context,
): Promise<KernelLookup> {
  const { vmlinux, config } = files;
  if (vmlinux === null || config === null)
    throw new UsageError('a schedule wants a kernel that was built here: its points are found in vmlinux');
  const binary = { vmlinux, crossCompile: arch.crossCompile };
  const table = await readSymbols(binary, ctx);
  const [spare] = functionsOf(table, SPARE);
  const marks = functionsOf(table, MARK_FUNCTION).map(({ address }) => address);
  if (spare === undefined || marks.length === 0)
    throw new UsageError(`this kernel has no ${spare === undefined ? SPARE : MARK_FUNCTION}()`);
  const addresses = new Map<string, readonly bigint[]>();
  const missing: string[] = [];
  const bodiesOf = createBodies({ ...binary, table, tree }, ctx);
  for (const point of points) {
    const found = await find(point, bodiesOf);
    if (typeof found === 'string') missing.push(found);
    else addresses.set(point.text, found);
  }
  const settings = parseDotConfig(await readFile(config, 'utf8'));
  const sorted = [...table]
    .flatMap(([name, all]) => all.map(({ address }) => ({ name: name.replace(/^\./, ''), address })))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  return {
    ...{ addresses, missing, marks },
    spare: { address: spare.address, bytes: spare.size },
    stackBytes: processorOf(arch).stackBytes(settings),
    nameOf: (address) =>
      address >> 63n === 1n
        ? (sorted.findLast((one) => one.address <= address)?.name ?? 'no function')
        : 'user mode',
  };
}
