import type { Finding, Frame } from '../finding.ts';
import type { Place } from './addr2line.ts';
import type { SymbolTable } from './nm.ts';

/** Where in vmlinux a frame is; an address of another build's function tells nothing. */
export interface Located {
  readonly address: bigint;
  readonly sizeFits: boolean;
}

/**
 * The address of a frame in vmlinux, undefined when it has no such function or the frame is a module's. Of functions
 * with the same name the one with the frame's size is meant. Return addresses point behind their call, so that the
 * line before is looked up.
 */
export function locateFrame(frame: Frame, table: SymbolTable): Located | undefined {
  const { offset, size } = frame;
  if (offset === undefined || frame.module !== undefined) return undefined;
  const candidates = table.get(frame.symbol ?? frame.function) ?? [];
  const found = candidates.find((symbol) => symbol.size === size) ?? candidates[0];
  if (found === undefined) return undefined;
  const back = frame.counter === true || offset === 0 ? 0n : 1n;
  return {
    address: found.address + BigInt(offset) - back,
    sizeFits: size === undefined || found.size === size,
  };
}

/** Every frame of a finding: of the report's own stack and of the object's. */
export function framesOf(finding: Finding): readonly Frame[] {
  const frames: Frame[] = [];
  mapFrames(finding, (frame) => {
    frames.push(frame);
    return frame;
  });
  return frames;
}

/**
 * Why frames and vmlinux do not belong together, undefined when nothing speaks against it: with another build most
 * functions have another size, or do not exist.
 */
export function mismatchOf(frames: readonly Frame[], table: SymbolTable): string | undefined {
  const checkable = frames.filter((frame) => frame.module === undefined && frame.size !== undefined);
  const fitting = checkable.filter((frame) => locateFrame(frame, table)?.sizeFits === true);
  if (checkable.length === 0 || fitting.length * 2 > checkable.length) return undefined;
  return `${checkable.length - fitting.length} of ${checkable.length} functions have another size in this vmlinux or are not in it`;
}

/** Of which kernel a vmlinux is; what it does not say is undefined. */
export interface KernelIdentity {
  readonly release?: string;
  readonly buildId?: string;
}

/** Why findings were not printed by this kernel, by what both say of themselves; undefined when nothing speaks against it. */
export function strangerOf(findings: readonly Finding[], kernel: KernelIdentity): string | undefined {
  for (const { release, buildId } of findings) {
    if (buildId !== undefined && kernel.buildId !== undefined && buildId !== kernel.buildId)
      return `its build id is ${kernel.buildId}, the report is of ${buildId}`;
    if (release !== undefined && kernel.release !== undefined && release !== kernel.release)
      return `it is ${kernel.release}, the report is of ${release}`;
  }
  return undefined;
}

/**
 * Findings with file, line and inlined functions where they are known.
 *
 * @param root what to take off the files' names: the directory of the kernel tree, with its last slash.
 */
export function applyPlaces(
  findings: readonly Finding[],
  table: SymbolTable,
  places: ReadonlyMap<bigint, readonly Place[]>,
  root: string,
): Finding[] {
  const short = (place: Place): Place =>
    place.file === undefined
      ? place
      : { ...place, file: place.file.startsWith(root) ? place.file.slice(root.length) : place.file };
  const resolve = (frame: Frame): Frame => {
    const located = locateFrame(frame, table);
    const found = located?.sizeFits === true ? (places.get(located.address) ?? []).map(short) : [];
    const outermost = found.at(-1);
    if (outermost?.file === undefined) return frame;
    const inlined = found.slice(0, -1).map((place) => ({ ...place }));
    return {
      ...frame,
      file: outermost.file,
      ...(outermost.line !== undefined && { line: outermost.line }),
      ...(inlined.length > 0 && { inlined }),
    };
  };
  return findings.map((finding) => mapFrames(finding, resolve));
}

/** The same finding with each frame of each of its stacks replaced. */
export function mapFrames(finding: Finding, replace: (frame: Frame) => Frame): Finding {
  const stack = finding.stack.map(replace);
  if ('allocatedBy' in finding) {
    const allocatedBy = finding.allocatedBy.map(replace);
    return { ...finding, stack, allocatedBy, freedBy: finding.freedBy.map(replace) };
  }
  if (finding.kind === 'kcsan') {
    const accesses = finding.accesses.map((side) => ({ ...side, stack: side.stack.map(replace) }));
    return { ...finding, stack, accesses };
  }
  if (finding.kind === 'kmsan') {
    const storedBy = finding.storedBy.map(replace);
    return { ...finding, stack, storedBy, createdBy: finding.createdBy.map(replace) };
  }
  return { ...finding, stack };
}
