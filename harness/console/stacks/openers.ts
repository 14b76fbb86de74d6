/** What a stack tells: where it happened, who allocated or freed the object, or something else. */
export type StackRole = 'trace' | 'counter' | 'allocated' | 'freed' | 'other';

/** Lines that announce a stack, by how they begin. */
const beginnings: readonly (readonly [RegExp, StackRole])[] = [
  [/Call [Tt]race:|Backtrace:|backtrace(?: \(.*\))?:|stack backtrace:/, 'trace'],
  // arch/riscv/kernel/stacktrace.c show_regs() goes on with the frames, without a word.
  [/status: [0-9a-f]+ badaddr: [0-9a-f]+ cause: [0-9a-f]+/, 'trace'],
  [
    /(?:Out-of-bounds (?:read|write)|Use-after-free (?:read|write)|Invalid (?:read|write)|Corrupted memory) at |Invalid free of /,
    'trace',
  ],
  [
    /BUG: KMSAN: |race at unknown origin|(?:write|read|read-write)(?: \((?:marked|reordered|marked, reordered)\))? to 0x\S+ of \d+ bytes by /,
    'trace',
  ],
  [/(?:INFO: )?(?:Allocated (?:by task|in )|allocated by task)|kfence-#\d+.*allocated by/, 'allocated'],
  [/(?:INFO: )?(?:Freed (?:by task|in )|freed by task)/, 'freed'],
  [/Last (?:call_rcu|potentially related work creation)|Second to last/, 'other'],
  [/Uninit was (?:stored|created)|Local variable|Memory (?:state )?created/, 'other'],
  [/-> #\d+ \(|the existing dependency chain|stack backtrace of/, 'other'],
  [
    /\{[A-Z-]+\} state was registered|the (?:shortest |first |second )?(?:dependencies|lock)|(?:hard|soft)irqs last/,
    'other',
  ],
  [/page (?:last allocated|last free|allocated via|freed by)|page_owner/, 'other'],
];

/** And by how they end. */
const endings: readonly (readonly [RegExp, StackRole])[] = [
  [/Call Trace:\s*$/, 'trace'],
  [/is trying to release lock .* at:$/, 'counter'],
  [/which became .*safe at:$/i, 'other'],
];

const anchored = beginnings.map(
  ([pattern, role]) => [new RegExp(`^\\s*(?:${pattern.source})`), role] as const,
);
/** Any of them. */
export const announcement = new RegExp(`^\\s*(?:${beginnings.map(([pattern]) => pattern.source).join('|')})`);

/** The role of the stack that a line announces, undefined when it announces none. */
export function openerRole(text: string): StackRole | undefined {
  if (announcement.test(text)) return anchored.find(([pattern]) => pattern.test(text))?.[1];
  return endsWithColon(text) ? endings.find(([pattern]) => pattern.test(text))?.[1] : undefined;
}

/** All endings do; asked first because a pattern for the end of a line looks at all of it. */
export function endsWithColon(text: string): boolean {
  const end = text.endsWith(' ') ? text.trimEnd() : text;
  return end.endsWith(':');
}

/** Lines after which frames belong to nothing we know. */
export const closing =
  /^\s*(?:---\[ end |Modules linked in:|Dumping ftrace|Kernel Offset:|Rebooting in|The buggy address|Memory state around|Object at|other info that might help|=====+$|<\/TASK>)/;

/** User-mode registers end the kernel's part of a trace: what follows was printed by something else. */
export const userMode = /^\s*(?:RIP: 0033:|--- Exception: c[0-9a-f]{2} at )/;

/** Whether a line ends the stack that is open. */
export const ends = (text: string): boolean => closing.test(text) || userMode.test(text);
