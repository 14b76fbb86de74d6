import type { Frame } from '../console/finding.ts';

/** Small pieces of prose that several formats share. */

export function seconds(value: number | null): string {
  if (value === null) return '–';
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 100) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : noun.endsWith('ch') ? 'es' : 's'}`;

/** `mm/mmap.c:2412`, or nothing when symbolization did not get that far. */
export function place(at: { file?: string | undefined; line?: number | undefined }): string {
  if (at.file === undefined) return '';
  return at.line === undefined ? at.file : `${at.file}:${at.line}`;
}

/** A frame as the kernel prints it: `find_vma_rcu+0x8c/0x1d0 [module]`. */
export function frameText(frame: Frame): string {
  const { offset, size } = frame;
  const where =
    offset === undefined ? '' : `+0x${offset.toString(16)}${size ? `/0x${size.toString(16)}` : ''}`;
  return `${frame.function}${where}${frame.module === undefined ? '' : ` [${frame.module}]`}`;
}

/** A stack as lines of text, inlined frames before the frame that they are part of. */
export function stackLines(stack: readonly Frame[]): string[] {
  return stack.flatMap((frame) =>
    [
      ...(frame.inlined ?? []).map((inline) => [inline.function, '(inlined)', place(inline)]),
      [frameText(frame), frame.unreliable === true ? '(unreliable)' : '', place(frame)],
    ].map((parts) => parts.filter((part) => part !== '').join(' ')),
  );
}

/** Without control characters, on one line: what a record says must not move a terminal's cursor or end a KTAP line. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
