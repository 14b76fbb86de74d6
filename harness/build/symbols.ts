import { spawnTethered } from '../base/command.ts';
import type { Context } from '../base/context.ts';
import { describeError, RigError } from '../base/errors.ts';
import type { Finding } from '../console/finding.ts';
import { parseAddr2line } from '../console/symbols/addr2line.ts';
import { parseNm, type SymbolTable } from '../console/symbols/nm.ts';
import { applyPlaces, framesOf, locateFrame, mismatchOf, strangerOf } from '../console/symbols/resolve.ts';
import { identityOf, releaseOf } from './symbols-identity.ts';
import { withSource } from './symbols-source.ts';

export interface Symbolized {
  readonly findings: readonly Finding[];
  /** Why nothing was resolved: the vmlinux is not of the kernel that printed this. Null when it is. */
  readonly refused: string | null;
}

export interface Binary {
  /** The unstripped kernel. */
  readonly vmlinux: string;
  /** Prefix of the target's binutils, as in Arch. */
  readonly crossCompile: string;
}

/** A function that every kernel has, and its file: what stands before that in its path is the tree's directory. */
const landmark = { name: 'start_kernel', file: 'init/main.c' };

/**
 * Findings with the file and line of each frame and the functions inlined there, from one `nm` and one `addr2line`, and the
 * lines of the source where its tree is still there.
 * Frames of modules, and of functions that vmlinux does not have or has in another size, stay as they are. A vmlinux of another
 * build (by its build id or release, where the report has one, or by the functions' sizes) resolves nothing, and `refused` says so.
 *
 * @param vmlinux path of the unstripped kernel; without debug information frames stay as they are.
 * @param crossCompile prefix of the target's binutils, as in Arch.
 * @throws RigError when nm or addr2line is missing or fails on this file.
 */
export async function symbolizeFindings(
  findings: readonly Finding[],
  vmlinux: string,
  ctx: Pick<Context, 'signal'>,
  crossCompile = '',
): Promise<Symbolized> {
  const frames = findings.flatMap(framesOf);
  if (frames.length === 0) return { findings, refused: null };
  const notes = await readBinary([`${crossCompile}readelf`, '-n', vmlinux], ctx);
  const stranger = strangerOf(findings, identityOf(await releaseOf(vmlinux), notes));
  if (stranger !== undefined) return { findings, refused: `${vmlinux} is of another kernel: ${stranger}` };
  const binary = { vmlinux, crossCompile };
  const table = await readSymbols(binary, ctx);
  const refused = mismatchOf(frames, table);
  if (refused !== undefined) return { findings, refused: `${vmlinux} is of another kernel: ${refused}` };

  const wanted = frames
    .map((frame) => locateFrame(frame, table))
    .filter((located) => located?.sizeFits === true);
  const addresses = wanted.flatMap((located) => located?.address ?? []);
  const { places, root } = await readPlaces(addresses, table, binary, ctx);
  return { findings: await withSource(applyPlaces(findings, table, places, root), root), refused: null };
}

/** Every function of a kernel, with its address and size. @throws RigError without binutils. */
export async function readSymbols(
  { vmlinux, crossCompile }: Binary,
  ctx: Pick<Context, 'signal'>,
): Promise<SymbolTable> {
  return parseNm(await readBinary([`${crossCompile}nm`, '-n', vmlinux], ctx));
}

/** Where addresses are in the source, and what its files' names have before their paths in the tree: empty when nothing. */
export async function readPlaces(
  wanted: readonly bigint[],
  table: SymbolTable,
  { vmlinux, crossCompile }: Binary,
  ctx: Pick<Context, 'signal'>,
): Promise<{ places: ReturnType<typeof parseAddr2line>; root: string }> {
  const base = table.get(landmark.name)?.[0]?.address;
  const addresses = new Set(base === undefined ? wanted : [...wanted, base]);
  const input = [...addresses].map((address) => `0x${address.toString(16)}\n`).join('');
  const argv = [`${crossCompile}addr2line`, '-a', '-f', '-i', '-e', vmlinux] as const;
  const places = parseAddr2line(await readBinary(argv, ctx, input));
  return { places, root: rootOf(places, base) };
}

function rootOf(places: ReturnType<typeof parseAddr2line>, address: bigint | undefined): string {
  const file = address === undefined ? undefined : places.get(address)?.at(-1)?.file;
  return file?.endsWith(`/${landmark.file}`) === true ? file.slice(0, -landmark.file.length) : '';
}

export async function readBinary(
  argv: readonly [string, ...string[]],
  { signal }: Pick<Context, 'signal'>,
  input = '',
): Promise<string> {
  try {
    const { stdout } = await spawnTethered(argv, {
      input,
      cancelSignal: signal,
      maxBuffer: 512 * 1024 * 1024,
      env: { LC_ALL: 'C' },
    });
    return stdout;
  } catch (error) {
    throw new RigError(
      `${argv[0]} could not read ${argv.at(-1) ?? ''} (is binutils installed, and is it an ELF file?): ${describeError(error)}`,
      {
        cause: error,
      },
    );
  }
}
