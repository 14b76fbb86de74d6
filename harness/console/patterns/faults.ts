import { nobody, type Row } from './row.ts';

const badAccess = ['bad-access in {frame}'];
const request = {
  title: 'BUG: unable to handle kernel paging request in {frame}',
  alt: badAccess,
};
const nullPointer = {
  title: 'BUG: unable to handle kernel NULL pointer dereference in {frame}',
  alt: badAccess,
};

/**
 * arch/x86/mm/fault.c show_fault_oops(), arch/arm64/mm/fault.c die_kernel_fault(), arch/powerpc/mm/fault.c
 * bad_page_fault(), arch/riscv/mm/fault.c. The wording changed with 5.1 on x86; titles keep the older one.
 */
export const pageFaults: readonly Row[] = [
  {
    words: ['NULL pointer dereference'],
    head: /(?:\b[Uu]nable to handle kernel NULL pointer dereference(?: at (?:virtual address )?(?<address>\w+))?|BUG: kernel NULL pointer dereference, address: (?<address2>\w+)|BUG: Kernel NULL pointer dereference (?:on (?<access>read|write) )?at (?<address3>\w+))/,
    kind: 'page-fault',
    variants: [nullPointer],
  },
  {
    words: ['nable to handle kernel access to user memory'],
    head: /\b[Uu]nable to handle kernel access to user memory .*at virtual address (?<address>\w+)/,
    kind: 'page-fault',
    variants: [{ title: 'BUG: unable to handle kernel access to user memory in {frame}', alt: badAccess }],
  },
  {
    words: ['nable to handle '],
    head: /\b(?:[Uu]nable to handle (?:kernel paging request (?:at|for)(?: virtual address)? ?(?<address>\w+)?|page fault for address: (?<address2>\w+)|kernel (?:data|instruction) (?<access>access|read|write|fetch)?.*at (?<address3>\w+)))/,
    kind: 'page-fault',
    variants: [request],
  },
  {
    // A jump to where nothing is: powerpc names the place in the next line.
    words: ['nable to handle kernel instruction fetch'],
    head: /BUG: Unable to handle kernel instruction fetch(?: \(NULL pointer\?\))?\s*$/,
    kind: 'page-fault',
    variants: [
      { ...nullPointer, near: [/instruction fetch \(NULL pointer\?\)/] },
      { ...request, near: [/^Faulting instruction address: (?<address>0x[0-9a-f]+)/] },
      request,
    ],
  },
  {
    words: ['nable to handle kernel unaligned access', 'nable to handle unknown paging fault'],
    head: /BUG: Unable to handle (?:kernel unaligned access|unknown paging fault) at (?<address>\w+)/,
    kind: 'page-fault',
    variants: [request],
  },
  {
    words: ['unable to handle kernel'],
    head: /BUG: unable to handle kernel\s*$/,
    kind: 'page-fault',
    variants: [{ title: 'BUG: unable to handle kernel', blame: nobody, corrupted: 'the line is cut' }],
  },
];

/** arch/x86/kernel/traps.c, dumpstack.c __die(); arch/arm64/kernel/traps.c die(); arch/arm/mm/fault.c. */
export const traps: readonly Row[] = [
  {
    words: ['general protection fault'],
    head: /^(?:Oops: |kasan: GPF could be .*|segment-related )?general protection fault(?:,? (?:probably |maybe )?for (?:non-canonical )?address (?<address>0x[0-9a-f]+))?: (?:[0-9a-f]{4,} )?/,
    kind: 'general-protection',
    variants: [{ title: 'general protection fault in {frame}', alt: badAccess }],
  },
  {
    words: ['divide error: ', 'divide_error: '],
    head: /^(?:Oops: )?divide[_ ]error: /,
    kind: 'divide-error',
    variants: [{ title: 'divide error in {frame}' }],
  },
  {
    words: ['stack segment: '],
    head: /^(?:Oops: )?stack segment: /,
    kind: 'oops',
    variants: [{ title: 'stack segment fault in {frame}' }],
  },
  {
    words: ['int3: '],
    head: /^(?:Oops: )?int3: [0-9a-f]{4} \[/,
    kind: 'oops',
    variants: [{ title: 'int3 in {frame}' }],
  },
  {
    words: ['PANIC: double fault'],
    head: /^PANIC: double fault/,
    kind: 'double-fault',
    variants: [{ title: 'PANIC: double fault in {frame}' }],
  },
  {
    words: ['stack guard page was hit'],
    head: /BUG: (?:stack guard page|\w+ stack guard page) was hit at/,
    kind: 'stack-overflow',
    variants: [
      {
        title: 'BUG: stack guard page was hit in {frame}',
        alt: ['stack-overflow in {frame}'],
        blame: { pick: 'stall' },
      },
    ],
  },
  {
    words: ['ernel stack overflow', 'nsufficient stack space'],
    head: /^(?:[Kk]ernel stack overflow|[Ii]nsufficient stack space to handle exception)/,
    kind: 'stack-overflow',
    goesOn: 'any',
    variants: [{ title: 'kernel stack overflow in {frame}', alt: ['stack-overflow in {frame}'] }],
  },
  {
    words: ['Unhandled fault: '],
    head: /^Unhandled fault: /,
    kind: 'oops',
    variants: [{ title: 'Unhandled fault in {frame}', alt: badAccess }],
  },
  {
    words: ['Alignment trap: '],
    head: /^Alignment trap: /,
    kind: 'oops',
    variants: [{ title: 'Alignment trap in {frame}', alt: badAccess }],
  },
  {
    words: [
      'invalid opcode: ',
      'alignment check: ',
      'coprocessor segment overrun: ',
      'segment not present: ',
      'invalid TSS: ',
      'bounds: ',
      'overflow: ',
    ],
    head: /^(?:Oops: )?(?:invalid opcode|alignment check|coprocessor segment overrun|segment not present|invalid TSS|bounds|overflow): [0-9a-f]{4} \[/,
    kind: 'oops',
    goesOn: 'any',
    variants: [{ title: 'invalid opcode in {frame}' }],
  },
  {
    words: ['Internal error'],
    head: /^Internal error:? (?<bug>.*?):? [0-9a-f]+ \[#\d+\]/,
    kind: 'oops',
    goesOn: 'any',
    variants: [
      { near: [/Internal error: (?:undefined|Oops - undefined)/], title: 'Internal error in {frame}' },
      { title: 'Internal error in {frame}', alt: badAccess },
    ],
  },
  {
    words: ['Oops'],
    head: /^Oops\b.*\[#\d+\]/,
    kind: 'oops',
    goesOn: 'any',
    variants: [{ title: 'Oops in {frame}' }],
  },
];

/** include/asm-generic/bug.h BUG(), lib/bug.c report_bug(); VM_BUG_ON_* print the object first (mm/debug.c). */
export const bugs: readonly Row[] = [
  {
    words: ['ernel BUG at '],
    head: /[Kk]ernel BUG at (?:.*\/)?(?<file>lib\/list_debug\.c):(?<line>\d+)!/,
    kind: 'list-corruption',
    goesOn: ['list-corruption'],
    variants: [{ title: 'BUG: corrupted list in {frame}', alt: badAccess }],
  },
  {
    words: ['ernel BUG at '],
    head: /[Kk]ernel BUG at (?:\[verbose debug info unavailable\]|(?<file>\S+):(?<line>\d+)!?)/,
    kind: 'bug',
    variants: [{ title: 'kernel BUG in {frame}' }],
  },
  {
    words: ['Kernel BUG [#', 'kernel BUG at 0x'],
    head: /^Kernel BUG \[#\d+\]|^kernel BUG at 0x/,
    kind: 'bug',
    goesOn: 'any',
    variants: [{ title: 'kernel BUG in {frame}' }],
  },
];

/** kernel/panic.c panic(), __stack_chk_fail(); drivers/tty/sysrq.c sysrq_handle_crash(). */
export const panics: readonly Row[] = [
  {
    words: ['Kernel panic - not syncing: '],
    head: /^Kernel panic - not syncing: (?<message>.*)$/,
    kind: 'panic',
    variants: [
      {
        near: [/stack-protector: Kernel stack is corrupted in: (?:\[<\w+>\] )?[\w.]+\+0x/],
        title: 'kernel panic: stack is corrupted in {frame}',
        blame: { pick: 'named', first: [/stack is corrupted in: (?:\[<\w+>\] )?(?<fn>[a-zA-Z_][\w.]*)\+0x/] },
      },
      {
        near: [/stack-protector: Kernel stack is corrupted in/],
        title: 'kernel panic: stack is corrupted in {frame}',
      },
      {
        near: [/corrupted stack end detected inside scheduler/],
        title: 'kernel panic: corrupted stack end in {frame}',
        alt: ['stack-overflow in {frame}'],
        blame: { pick: 'stall', skip: /^(?:_?_?schedule|preempt_schedule|_?cond_resched|_cond_resched)/ },
      },
      { near: [/Attempted to kill init!/], title: 'kernel panic: Attempted to kill init!', blame: nobody },
      { near: [/sysrq triggered crash/], title: 'kernel panic: sysrq triggered crash', blame: nobody },
      {
        near: [/Out of memory and no killable|System is deadlocked on memory|out of memory/i],
        title: 'kernel panic: System is deadlocked on memory',
        blame: nobody,
      },
      {
        near: [/Couldn't open N_TTY ldisc/],
        title: "kernel panic: Couldn't open N_TTY ldisc",
        blame: nobody,
      },
      {
        near: [
          /(?<cause>Fatal exception|panic_on_warn set|hung_task: blocked tasks|softlockup: hung tasks|Hard LOCKUP|RCU Stall|panic_on_oops)/,
        ],
        title: 'kernel panic: {cause}',
        blame: nobody,
        corrupted: 'what led to the panic is missing',
      },
      { title: 'kernel panic: {message}', blame: nobody },
    ],
  },
];
