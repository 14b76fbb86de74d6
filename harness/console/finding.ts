import { z } from 'zod';

/** A frame of a kernel stack. `unreliable` is the `?` or `(unreliable)` mark of the unwinder. */
export const frameSchema = z.object({
  /** Without what the compiler added (`.isra.0`, `.cold`). */
  function: z.string(),
  /** The name in the symbol table, where that is another. */
  symbol: z.string().optional(),
  /** Bytes into the function and the function's size, as printed (`+0x1c/0x90`). */
  offset: z.number().int().nonnegative().optional(),
  size: z.number().int().nonnegative().optional(),
  module: z.string().optional(),
  unreliable: z.boolean().optional(),
  /** The program counter itself; all others are return addresses, one past their call. */
  counter: z.boolean().optional(),
  /** Filled in by symbolization. */
  file: z.string().optional(),
  line: z.number().int().positive().optional(),
  /** That line of the source, where the tree is at hand. */
  source: z.string().optional(),
  /** Functions inlined at this place, innermost first, each with its own place. */
  inlined: z
    .array(z.object({ function: z.string(), file: z.string().optional(), line: z.number().int().optional() }))
    .optional(),
});
export type Frame = z.infer<typeof frameSchema>;

/** Names and values of a register dump as printed (`RAX: ffff888…`, `GPR03`, `x29`), the kernel's own mode only. */
const registers = z.record(z.string(), z.string());

const common = {
  /** In the field's convention (syzkaller's titles): `KASAN: use-after-free Read in find_vma_rcu`. */
  title: z.string(),
  altTitles: z.array(z.string()),
  /** Stable over addresses, PIDs, CPUs and compilers: kind and blamed frame. */
  signature: z.string(),
  /** Function that is blamed, null when the report has no usable stack. */
  blamed: z.string().nullable(),
  stack: z.array(frameSchema),
  task: z.object({ comm: z.string(), pid: z.number().int() }).optional(),
  cpu: z.number().int().nonnegative().optional(),
  /** Letters of the taint when it was printed (`GBW`), empty for `Not tainted`; undefined when the report does not say. */
  tainted: z.string().optional(),
  /** `uname -r` as the report has it. */
  release: z.string().optional(),
  /** Of the kernel that printed it, 40 hex digits (CONFIG_STACKTRACE_BUILD_ID). */
  buildId: z.string().optional(),
  registers: registers.optional(),
  /** Why the report may not be whole: cut, mixed with another CPU's, lost lines. Undefined when it is whole. */
  corrupted: z.string().optional(),
  /** First and last console line, zero-based as an editor counts them, both included. */
  lines: z.object({ first: z.number().int().nonnegative(), last: z.number().int().nonnegative() }),
  /** The report's own words, cleaned of control characters; bounded. */
  text: z.string(),
  /** The kernel panicked over this: its own words. Undefined when it went on. */
  panicked: z.string().optional(),
  /** The machine restarted after this: the words that said so, of the kernel or of the next one. */
  rebooted: z.string().optional(),
  /** How often the same signature was seen; the first is kept whole. */
  count: z.number().int().positive(),
};

const access = z.object({
  direction: z.enum(['Read', 'Write', 'unknown']),
  size: z.number().int().nonnegative().optional(),
  address: z.string().optional(),
});

/** What a sanitizer says of the object: `24 bytes inside of` `96-byte region [ffff…, ffff…)` of `kmalloc-96`. */
const object = z.object({
  address: z.string().optional(),
  cache: z.string().optional(),
  size: z.number().int().nonnegative().optional(),
  /** Bytes from the object's beginning; negative to its left. */
  offset: z.number().int().optional(),
});

const objectStacks = { allocatedBy: z.array(frameSchema), freedBy: z.array(frameSchema) };

/** Fields of a dump_vma()/dump_mm()/__dump_page() block that stands before the `kernel BUG at` line (mm/debug.c). */
const dump = z.object({
  what: z.enum(['vma', 'mm', 'page']),
  fields: z.record(z.string(), z.string()),
});

const seconds = z.number().nonnegative().optional();

/** What a kernel said, by kind. Prose is made where it is shown, from these fields. */
export const findingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('kasan'),
    ...common,
    bug: z.string(),
    access,
    object: object.optional(),
    ...objectStacks,
  }),
  z.object({
    kind: z.literal('kfence'),
    ...common,
    bug: z.string(),
    access,
    object: object.optional(),
    ...objectStacks,
  }),
  z.object({
    kind: z.literal('kcsan'),
    ...common,
    bug: z.string(),
    /** The two sides of the race, in the order of the report; one when the other is unknown. */
    accesses: z.array(
      access.extend({
        marked: z.boolean(),
        by: z.string(),
        stack: z.array(frameSchema),
      }),
    ),
    /** What the watched value was and became. */
    changed: z.object({ from: z.string(), to: z.string() }).optional(),
  }),
  z.object({
    kind: z.literal('kmsan'),
    ...common,
    bug: z.string(),
    storedBy: z.array(frameSchema),
    createdBy: z.array(frameSchema),
  }),
  z.object({
    kind: z.literal('ubsan'),
    ...common,
    bug: z.string(),
    place: z.string().optional(),
    /** `index 5 is out of range for type 'int [4]'`. */
    detail: z.string().optional(),
  }),
  z.object({ kind: z.literal('vm-bug-on'), ...common, file: z.string(), line: z.number().int(), dump }),
  z.object({ kind: z.literal('bug'), ...common, file: z.string(), line: z.number().int() }),
  z.object({
    kind: z.literal('warning'),
    ...common,
    place: z.string().optional(),
    /** What WARN() had to say, from the line before. */
    message: z.string().optional(),
  }),
  z.object({ kind: z.literal('refcount'), ...common, message: z.string().optional() }),
  z.object({ kind: z.literal('general-protection'), ...common, address: z.string().optional() }),
  z.object({ kind: z.literal('page-fault'), ...common, access, null: z.boolean() }),
  z.object({ kind: z.literal('divide-error'), ...common }),
  z.object({ kind: z.literal('double-fault'), ...common }),
  z.object({ kind: z.literal('stack-overflow'), ...common, what: z.string() }),
  z.object({
    kind: z.literal('lockdep'),
    ...common,
    bug: z.string(),
    rule: z.enum([
      'circular',
      'recursive',
      'irq-inversion',
      'irq-unsafe',
      'irq-state',
      'wait-context',
      'unlock-balance',
      'held-lock-freed',
      'held-in-user-space',
      'still-held',
      'nested-lock',
      'lock-misuse',
      'unregistered-key',
      'limit',
      'other',
    ]),
    /** Names of the lock classes. */
    wanted: z.string().optional(),
    held: z.string().optional(),
  }),
  z.object({ kind: z.literal('suspicious-rcu'), ...common, place: z.string().optional() }),
  z.object({ kind: z.literal('sleeping-in-atomic'), ...common, place: z.string().optional() }),
  z.object({ kind: z.literal('rcu-stall'), ...common }),
  z.object({ kind: z.literal('soft-lockup'), ...common, seconds }),
  z.object({ kind: z.literal('hard-lockup'), ...common }),
  z.object({ kind: z.literal('hung-task'), ...common, seconds }),
  z.object({
    kind: z.literal('bad-page'),
    ...common,
    what: z.enum(['state', 'map', 'rss-counter', 'pgtables']),
    /** `PAGE_FLAGS_CHECK_AT_FREE flag(s) set`, or the counter's own line. */
    reason: z.string().optional(),
  }),
  z.object({
    kind: z.literal('slab-corruption'),
    ...common,
    cache: z.string().optional(),
    bug: z.string(),
    ...objectStacks,
  }),
  z.object({ kind: z.literal('list-corruption'), ...common, message: z.string().optional() }),
  z.object({ kind: z.literal('memory-leak'), ...common, object: object.optional() }),
  z.object({ kind: z.literal('workqueue-lockup'), ...common }),
  /** The kernel started again without having been asked to and without saying why. */
  z.object({ kind: z.literal('reboot'), ...common }),
  z.object({ kind: z.literal('oom'), ...common }),
  z.object({ kind: z.literal('panic'), ...common, message: z.string() }),
  z.object({ kind: z.literal('oops'), ...common, what: z.string() }),
  /** A complaint in the kernel's tone that no row of the table knows. */
  z.object({ kind: z.literal('other'), ...common, what: z.string() }),
]);
export type Finding = z.infer<typeof findingSchema>;
export type FindingKind = Finding['kind'];
