import type { Frame } from '../finding.ts';
import { counterStart, parseFrame, parseLinkRegister, parseProgramCounter, wentNowhere } from './frame.ts';
import {
  announcement,
  closing,
  ends,
  endsWithColon,
  openerRole,
  type StackRole,
  userMode,
} from './openers.ts';

export type { StackRole } from './openers.ts';

export interface Stack {
  readonly role: StackRole;
  /** Index in the lines given, of the line that announced it. */
  readonly start: number;
  /** That line. */
  readonly opener: string;
  readonly end: number;
  readonly frames: readonly Frame[];
}

/** Lines that can be more than a frame. Most of a report's cannot, and need no other question. */
const special = new RegExp(
  [announcement, closing, userMode, counterStart].map(({ source }) => source).join('|'),
);

/**
 * All stacks of a report in the order of their lines. A register dump's program counter is a stack of one frame, or, in
 * the middle of a trace, a frame of it.
 */
export function collectStacks(lines: readonly string[]): readonly Stack[] {
  const stacks: Stack[] = [];
  let open: { role: StackRole; start: number; opener: string; end: number; frames: Frame[] } | undefined;
  const close = () => {
    if (open !== undefined) stacks.push(open);
    open = undefined;
  };
  let nowhere = false;
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index] ?? '';
    if (!nowhere && !special.test(text) && !endsWithColon(text)) {
      const frame = open && parseFrame(text);
      if (open === undefined || frame === undefined) continue;
      open.frames.push(frame);
      open.end = index;
      continue;
    }
    nowhere ||= wentNowhere(text);
    const role = openerRole(text);
    if (role !== undefined) {
      close();
      open = { role, start: index, opener: text, end: index, frames: [] };
      continue;
    }
    if (ends(text)) {
      close();
      continue;
    }
    const counter = parseProgramCounter(text) ?? (nowhere ? parseLinkRegister(text) : undefined);
    if (counter !== undefined) nowhere = false;
    if (counter !== undefined && (open === undefined || open.role !== 'trace')) {
      close();
      stacks.push({ role: 'counter', start: index, opener: text, end: index, frames: [counter] });
      continue;
    }
    if (open === undefined) continue;
    const frame = counter ?? parseFrame(text);
    if (frame === undefined) continue;
    open.frames.push(frame);
    open.end = index;
  }
  close();
  return stacks;
}
