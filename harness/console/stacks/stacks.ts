import type { Frame } from '../finding.ts';
import { parseFrame, parseLinkRegister, parseProgramCounter, wentNowhere } from './frame.ts';

/** What a stack tells: where it happened, who allocated or freed the object, or something else. */
export type StackRole = 'trace' | 'counter' | 'allocated' | 'freed' | 'other';

export interface Stack {
  readonly role: StackRole;
  /** Index in the lines given, of the line that announced it. */
  readonly start: number;
  /** That line. */
  readonly opener: string;
  readonly end: number;
  readonly frames: readonly Frame[];
}

/** Lines that announce a stack. */
const openers: readonly (readonly [RegExp, StackRole])[] = [
  [/^\s*(?:Call [Tt]race:|Backtrace:|backtrace(?: \(.*\))?:|stack backtrace:)/, 'trace'],
  [/Call Trace:\s*$/, 'trace'],
  // arch/riscv/kernel/stacktrace.c show_regs() goes on with the frames, without a word.
  [/^\s*status: [0-9a-f]+ badaddr: [0-9a-f]+ cause: [0-9a-f]+/, 'trace'],
  [/is trying to release lock .* at:$/, 'counter'],
  [
    /^\s*(?:(?:Out-of-bounds (?:read|write)|Use-after-free (?:read|write)|Invalid (?:read|write)|Corrupted memory) at |Invalid free of )/,
    'trace',
  ],
  [
    /^\s*(?:BUG: KMSAN: |race at unknown origin|(?:write|read|read-write)(?: \((?:marked|reordered|marked, reordered)\))? to 0x\S+ of \d+ bytes by )/,
    'trace',
  ],
  [/which became .*safe at:$/i, 'other'],
  [
    /^\s*(?:INFO: )?(?:Allocated (?:by task|in )|allocated by task)|^\s*kfence-#\d+.*allocated by/,
    'allocated',
  ],
  [/^\s*(?:INFO: )?(?:Freed (?:by task|in )|freed by task)/, 'freed'],
  [/^\s*(?:Last (?:call_rcu|potentially related work creation)|Second to last)/, 'other'],
  [/^\s*(?:Uninit was (?:stored|created)|Local variable|Memory (?:state )?created)/, 'other'],
  [/^\s*(?:-> #\d+ \(|the existing dependency chain|stack backtrace of)/, 'other'],
  [/^\s*(?:\{[A-Z-]+\} state was registered|the .* lock.* was |hardirqs last|softirqs last)/, 'other'],
  [/^\s*(?:page (?:last allocated|last free|allocated via|freed by)|page_owner)/, 'other'],
];

/** Lines after which frames belong to nothing we know. */
const closers =
  /^\s*(?:---\[ end |Modules linked in:|Dumping ftrace|Kernel Offset:|Rebooting in|The buggy address|Memory state around|Object at|other info that might help|=====+$)|^\s*<\/TASK>/;

/** User-mode registers end the kernel's part of a trace: what follows was printed by something else. */
const userMode = /^\s*RIP: 0033:|^\s*--- Exception: c[0-9a-f]{2} at /;

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
  for (const [index, text] of lines.entries()) {
    nowhere ||= wentNowhere(text);
    const role = openers.find(([pattern]) => pattern.test(text))?.[1];
    if (role !== undefined) {
      close();
      open = { role, start: index, opener: text, end: index, frames: [] };
      continue;
    }
    if (closers.test(text) || userMode.test(text)) {
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
    const frame = counter ?? parseFrame(text);
    if (frame === undefined || open === undefined) continue;
    open.frames.push(frame);
    open.end = index;
  }
  close();
  return stacks;
}
