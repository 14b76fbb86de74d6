import type { Line } from '../lines/line.ts';
import { objectDumpStart } from './dump.ts';
import { parseFrame } from '../stacks/frame.ts';

/** A function as reports name it, in a trace or elsewhere (`at: func+0x1c/0x90`). */
const place = /\+0x[0-9a-f]+\/0x[0-9a-f]+/;

/** Lines that only reports have: registers, code, trace headers, memory dumps, lock lists, panics. */
const ofReport =
  /^\s*(?:[RE]?[A-Z0-9]{2,3}: [0-9a-f]{4,}|Code: |Call [Tt]race|CPU: \d+ |Hardware name|Modules linked|---\[|<\/?(?:TASK|IRQ|EOI|NMI)>|#\d+: |\d+ locks? held|Kernel panic|(?:The )?[Bb]uggy|Memory state|[> ]?[0-9a-f]{16}: [0-9a-f]{2} |page:|raw: |flags: |Read of|Write of|Allocated|Freed|stack backtrace|Workqueue:|GPR\d+|x\d+ ?: |[a-z]\d+ : |pstate|sp : |lr : |NIP|LR )/;

/** An event's lines up to the last that is a report's: what follows was printed by a kernel going on. */
export function reportLines(lines: readonly Line[]): readonly Line[] {
  const last = lines.findLastIndex(
    ({ text }, index) =>
      index === 0 || place.test(text) || ofReport.test(text) || parseFrame(text) !== undefined,
  );
  return lines.slice(0, last + 1);
}

const maxIntroduction = 60;
const opening = /^-+\[ cut here \]-+$/;

/**
 * The lines before the head that already belong to the report: what stands after `cut here` (the message of a WARN()),
 * and the object that a VM_BUG_ON_*() dumped before that. Others' dumps (KASAN's page) are not this report's.
 *
 * @param dumped whether the report is such a one.
 */
export function introduction(before: readonly Line[], dumped: boolean): readonly Line[] {
  const near = before.slice(-maxIntroduction);
  const cut = near.findLastIndex(({ text }) => opening.test(text));
  const dump = dumped ? objectDumpStart(near.map(({ text }) => text)) : -1;
  const starts = [cut, dump].filter((index) => index >= 0);
  return starts.length === 0 ? [] : near.slice(Math.min(...starts));
}
