import type { Frame } from '../finding.ts';
import { type Form, formOf, type Groups } from './form.ts';

/** Names as kallsyms has them; Rust's demangled ones contain `<`, `>` and `::`. */
const name = String.raw`[A-Za-z_$.<][\w$.:<>]*`;
const place = String.raw`(?<function>${name})\+0x(?<offset>[0-9a-f]{1,8})\/0x(?<size>[0-9a-f]{1,8})`;
const addresses = String.raw`(?:\[?<[0-9a-f]{8,16}>\]? *|\[[0-9a-f]{8,16}\] *){0,2}`;
const rest = String.raw`(?: *\[(?<module>[\w-]+)[^\]]*\])?(?<unreliable2> *\(unreliable\))?(?: +(?<file>[\w./-]+):(?<line>\d+))?`;

/**
 * How the architectures print a frame, tried in order. x86 and arm64: `func+0x1c/0x90 [module]`, `?` for what the
 * unwinder only found lying on the stack (arch/x86/kernel/dumpstack.c printk_stack_address()); before 4.10 and on riscv
 * and mips with `[<address>]`; powerpc `[sp] [address] func+0x…/0x… (unreliable)` (arch/powerpc/kernel/process.c
 * show_stack()); arm `[<address>] (func) from [<address>] (caller+0x…/0x…)` (arch/arm/kernel/traps.c
 * dump_backtrace_entry()), where the caller is the place; inlined frames as symbolizing scripts add them.
 */
const forms: readonly Form[] = [
  String.raw`^\s*${addresses}(?<unreliable>\? )?${place}${rest}`,
  String.raw`^\s*(?:\[<[0-9a-f]{8,16}>\] )?\(?[\w$.]+\)? from (?:\[<[0-9a-f]{8,16}>\] )?\(?${place}`,
  String.raw`^\s*(?:\[< +inline +>\]|\[inline\]) (?<unreliable>\? )?(?<function>${name}) (?<file>[\w./-]+):(?<line>\d+)`,
  String.raw`^\s*(?<unreliable>\? )?(?<function>${name}) (?<file>[\w./-]+):(?<line>\d+) \[inline\]`,
  String.raw`^\s*--- interrupt: [0-9a-f]+ at ${place}`,
].map(formOf);

/** Program counters: x86, powerpc, arm64, arm, riscv. User-mode ones have no function and do not match. */
const counters: readonly Form[] = [
  String.raw`^\s*[RE]?IP:? (?:[0-9a-f]{4}:)?\s*(?:\[<[0-9a-f]+>\]\s*){0,2}(?:0x)?${place}${rest}`,
  String.raw`^\s*[RE]IP:? (?:[0-9a-f]{4}:)?\s*(?:\[<[0-9a-f]+>\]\s*){0,2}(?<function>[a-z_]\w*) (?<file>[\w./-]+):(?<line>\d+) \[inline\]`,
  String.raw`^\s*NIP \[[0-9a-f]+\] ${place}${rest}`,
  String.raw`^\s*(?:pc|epc) : (?:\[<?[0-9a-f]+>?\] )?${place}${rest}`,
  String.raw`^\s*PC is at ${place}${rest}`,
].map(formOf);

/** What stands before a program counter. */
export const counterStart = /^\s*(?:[RE]?IP|NIP|e?pc|PC)\b/;

/** The link register: arm, arm64, powerpc, riscv. It tells who called when the program counter is nowhere. */
const links: readonly Form[] = [
  String.raw`^\s*LR is at ${place}${rest}`,
  String.raw`^\s*(?:lr|ra) : ${place}${rest}`,
  String.raw`^\s*LR \[[0-9a-f]+\] ${place}${rest}`,
].map(formOf);
const nullCounter = /^\s*(?:PC is at 0x0+$|e?pc : 0x0+$|NIP \[0+\] 0x0)/;

/** A jump to NULL: the counter has no function. */
export const wentNowhere = (text: string): boolean => nullCounter.test(text);

/** Who jumped; a return address, one past the call. */
export function parseLinkRegister(text: string): Frame | undefined {
  return hasPlace(text) ? firstOf(links, text) : undefined;
}

/** A frame of a call trace in a line (prefix already taken off), undefined when there is none. */
export function parseFrame(text: string): Frame | undefined {
  return hasPlace(text) ? firstOf(forms, text) : undefined;
}

/** The frame that a register dump names as the place of the fault. */
export function parseProgramCounter(text: string): Frame | undefined {
  if (!hasPlace(text) || !counterStart.test(text)) return undefined;
  const frame = firstOf(counters, text);
  return frame && { ...frame, counter: true };
}

/** Cheaper than the patterns, which ask for one of these. */
const hasPlace = (text: string): boolean => text.includes('+0x') || text.includes('inline');

function firstOf(forms: readonly Form[], text: string): Frame | undefined {
  for (const form of forms) {
    const groups = form(text);
    if (groups !== null) return toFrame(groups);
  }
  return undefined;
}

function toFrame({ symbol, offset, size, module, unreliable, file, line }: Groups): Frame {
  const frame: Frame = { function: plainName(symbol) };
  if (frame.function !== symbol) frame.symbol = symbol;
  if (offset !== undefined) frame.offset = parseInt(offset, 16);
  if (size !== undefined) frame.size = parseInt(size, 16);
  if (module !== undefined) frame.module = module;
  if (unreliable !== undefined) frame.unreliable = true;
  if (file !== undefined && Number(line) > 0 && Number.isSafeInteger(Number(line))) {
    frame.file = file;
    frame.line = Number(line);
  }
  return frame;
}

const added = /(?:\.(?:isra|constprop|part|cold|llvm|lto_priv)(?:\.\d+)*|\.\d+)+$/;

/**
 * A function's name without what the compiler added when it cloned or split it (`foo.isra.0.cold.12`), and without the dot
 * that its code has before it where function pointers point to descriptors (ELFv1 of big-endian ppc64), so that the same
 * defect has the same name under another compiler and in the other byte order.
 */
export function plainName(name: string): string {
  if (!name.includes('.')) return name;
  return name.replace(/^\.(?=[A-Za-z_])/, '').replace(added, '');
}
