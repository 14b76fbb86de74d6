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
  /** Functions inlined at this place, innermost first, each with its own place. */
  inlined: z
    .array(z.object({ function: z.string(), file: z.string().optional(), line: z.number().int().optional() }))
    .optional(),
});
export type Frame = z.infer<typeof frameSchema>;

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
  /** Why the report may not be whole: cut, mixed with another CPU's, lost lines. Undefined when it is whole. */
  corrupted: z.string().optional(),
  /** First and last console line, zero-based, both included. */
  lines: z.object({ first: z.number().int().nonnegative(), last: z.number().int().nonnegative() }),
  /** The report's own words, cleaned of control characters; bounded. */
  text: z.string(),
  /** The kernel panicked over this: its own words. Undefined when it went on. */
  panicked: z.string().optional(),
  /** How often the same signature was seen; the first is kept whole. */
  count: z.number().int().positive(),
};

const access = z.object({
  direction: z.enum(['Read', 'Write', 'unknown']),
  size: z.number().int().nonnegative().optional(),
  address: z.string().optional(),
});

/** Fields of a dump_vma()/dump_mm()/__dump_page() block that stands before the `kernel BUG at` line (mm/debug.c). */
const dump = z.object({
  what: z.enum(['vma', 'mm', 'page']),
  fields: z.record(z.string(), z.string()),
});

/** What a kernel said, by kind. Prose is made where it is shown, from these fields. */
export const findingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('kasan'),
    ...common,
    bug: z.string(),
    access,
    allocatedBy: z.array(frameSchema),
    freedBy: z.array(frameSchema),
  }),
  z.object({ kind: z.literal('vm-bug-on'), ...common, file: z.string(), line: z.number().int(), dump }),
  z.object({ kind: z.literal('bug'), ...common, file: z.string(), line: z.number().int() }),
  z.object({ kind: z.literal('warning'), ...common, place: z.string().optional() }),
  z.object({ kind: z.literal('refcount'), ...common }),
  z.object({ kind: z.literal('general-protection'), ...common }),
  z.object({ kind: z.literal('page-fault'), ...common, access, null: z.boolean() }),
  z.object({ kind: z.literal('lockdep'), ...common, bug: z.string() }),
  z.object({ kind: z.literal('suspicious-rcu'), ...common, place: z.string().optional() }),
  z.object({ kind: z.literal('sleeping-in-atomic'), ...common }),
  z.object({ kind: z.literal('rcu-stall'), ...common }),
  z.object({ kind: z.literal('soft-lockup'), ...common }),
  z.object({ kind: z.literal('hard-lockup'), ...common }),
  z.object({ kind: z.literal('hung-task'), ...common }),
  z.object({
    kind: z.literal('bad-page'),
    ...common,
    what: z.enum(['state', 'map', 'rss-counter', 'pgtables']),
  }),
  z.object({ kind: z.literal('slab-corruption'), ...common, cache: z.string().optional(), bug: z.string() }),
  z.object({ kind: z.literal('list-corruption'), ...common }),
  z.object({ kind: z.literal('memory-leak'), ...common }),
  z.object({ kind: z.literal('workqueue-lockup'), ...common }),
  /** KFENCE, KCSAN, KMSAN, UBSAN; KASAN has a kind of its own. */
  z.object({
    kind: z.literal('sanitizer'),
    ...common,
    tool: z.enum(['kfence', 'kcsan', 'kmsan', 'ubsan']),
    bug: z.string(),
  }),
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
