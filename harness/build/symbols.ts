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
  const table = parseNm(await readBinary([`${crossCompile}nm`, '-n', vmlinux], ctx));
  const refused = mismatchOf(frames, table);
  if (refused !== undefined) return { findings, refused: `${vmlinux} is of another kernel: ${refused}` };

  const wanted = frames
    .map((frame) => locateFrame(frame, table))
    .filter((located) => located?.sizeFits === true);
  const base = table.get(landmark.name)?.[0]?.address;
  const addresses = new Set(
    [...wanted.map((located) => located?.address), base].filter((address) => address !== undefined),
  );
  const input = [...addresses].map((address) => `0x${address.toString(16)}\n`).join('');
  const places = parseAddr2line(
    await readBinary([`${crossCompile}addr2line`, '-a', '-f', '-i', '-e', vmlinux], ctx, input),
  );
  const root = rootOf(places, table);
  return { findings: await withSource(applyPlaces(findings, table, places, root), root), refused: null };
}

export function rootOf(places: ReturnType<typeof parseAddr2line>, table: SymbolTable): string {
  const address = table.get(landmark.name)?.[0]?.address;
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
