import { nobody, top, type Blame, type Row } from './row.ts';

const access = /^(?<access>Read|Write)(?: of size (?<size>\d+))?(?: at addr (?<address>[0-9a-f]+))?/;
/** The head names the function of the access itself, before another CPU's words can get in between. */
const inHead: Blame = top(/BUG: KASAN: .* in (?<fn>[\w.]+)\+0x/);
const badAccess = ['bad-access in {frame}'];

/** mm/kasan/report.c, mm/kfence/report.c, mm/kmsan/report.c, kernel/kcsan/report.c, lib/ubsan.c. */
export const sanitizers: readonly Row[] = [
  {
    words: ['BUG: KASAN: '],
    head: /BUG: KASAN: (?<bug>[a-z -]+?) (?:in (?<fn>[\w.$:<> ]+?)\+0x|in (?<fn2>\S+)|on address)(?:.* at addr (?<address>[0-9a-f]+))?/,
    kind: 'kasan',
    variants: [
      {
        near: [/BUG: KASAN: (?:double-free|invalid-free|double-free or invalid-free)\b/],
        title: 'KASAN: invalid-free in {frame}',
        alt: ['invalid-free in {frame}'],
      },
      {
        near: [/BUG: KASAN: \S+ on address/, access],
        title: 'KASAN: {bug} {access}',
        blame: nobody,
        corrupted: 'the report names no function',
      },
      { near: [access], title: 'KASAN: {bug} {access} in {frame}', alt: badAccess, blame: inHead },
      {
        near: [/BUG: KASAN: \S+ in \S+ at addr/],
        title: 'KASAN: {bug} in {fn} at addr ADDR',
        blame: nobody,
        corrupted: 'the access is missing',
      },
      { title: 'KASAN: {bug} in {fn}', blame: nobody, corrupted: 'the access is missing' },
    ],
  },
  {
    words: ['BUG: KFENCE: '],
    head: /BUG: KFENCE: (?<bug>[a-z -]+) in (?<fn>\S+?)\+0x/,
    kind: 'kfence',
    variants: [
      {
        near: [/BUG: KFENCE: invalid free/],
        title: 'KFENCE: {bug} in {frame}',
        alt: ['invalid-free in {frame}'],
      },
      { near: [/BUG: KFENCE: memory corruption/], title: 'KFENCE: {bug} in {frame}' },
      { title: 'KFENCE: {bug} in {frame}', alt: badAccess },
    ],
  },
  {
    words: ['BUG: KMSAN: '],
    head: /BUG: KMSAN: (?<bug>[a-z -]+) in (?<fn>\S+?)\+0x/,
    kind: 'kmsan',
    variants: [{ title: 'KMSAN: {bug} in {frame}', alt: badAccess }],
  },
  {
    words: ['BUG: KCSAN: '],
    head: /BUG: KCSAN: (?<bug>data-race|assert: race) in (?<fn>[\w.$]+?)(?:\+0x\S+)?(?: \/ (?<fn2>\S+?)(?:\+0x\S+)?)?$/,
    kind: 'kcsan',
    variants: [
      {
        near: [/in \S+ \/ \S+/],
        title: 'KCSAN: {bug} in {fn} / {fn2}',
        blame: top(/BUG: KCSAN: .* in (?<fn>[\w.$]+)/),
      },
      { title: 'KCSAN: {bug} in {frame}', blame: top(/BUG: KCSAN: .* in (?<fn>[\w.$]+)/) },
    ],
  },
  {
    words: ['UBSAN: '],
    head: /^UBSAN: (?<bug>[\w -]+?) in (?<file>\S+?):(?<line>\d+)/,
    kind: 'ubsan',
    variants: [
      { near: [/UBSAN: Undefined behaviour/], title: 'UBSAN: undefined-behaviour in {frame}' },
      { title: 'UBSAN: {bug} in {frame}' },
    ],
  },
];

/** mm/page_alloc.c bad_page(), mm/memory.c print_bad_pte(), kernel/fork.c check_mm(). */
export const pages: readonly Row[] = [
  {
    words: ['BUG: Bad page map'],
    head: /BUG: Bad page map in process/,
    kind: 'bad-page',
    variants: [
      { near: [/^Call Trace/], title: 'BUG: Bad page map in {frame}' },
      { title: 'BUG: Bad page map', blame: nobody, corrupted: 'no call trace in the report' },
    ],
  },
  {
    words: ['BUG: Bad page '],
    head: /BUG: Bad page (?<what>state|cache)/,
    kind: 'bad-page',
    variants: [
      {
        near: [/^page last allocated via/],
        title: 'BUG: Bad page {what} in {frame}',
        blame: { pick: 'top', stack: /^page last allocated via/ },
      },
      { title: 'BUG: Bad page {what} in {frame}' },
    ],
  },
  {
    words: ['BUG: Bad rss-counter'],
    head: /BUG: Bad rss-counter state/,
    kind: 'bad-page',
    oneLine: true,
    variants: [{ title: 'BUG: Bad rss-counter state', blame: nobody }],
  },
  {
    words: ['BUG: non-zero '],
    head: /BUG: non-zero (?<counter>pgtables_bytes|nr_ptes|nr_pmds) on freeing mm/,
    kind: 'bad-page',
    oneLine: true,
    variants: [{ title: 'BUG: non-zero {counter} on freeing mm', blame: nobody }],
  },
];

/** mm/slub.c slab_bug(), print_track(); mm/slab.c; mm/slab_common.c. */
export const slabs: readonly Row[] = [
  {
    words: ['BUG '],
    head: /^BUG (?<cache>\S+) \((?:Not tainted|Tainted:? ?[^)]*)\): (?<bug>(?!kasan: bad access detected).+)$/,
    kind: 'slab-corruption',
    variants: [
      { title: 'BUG: {bug}', near: [/Object already free/], blame: { ...nobody, printsTrace: true } },
      { title: 'BUG: {cache}: {bug}', blame: nobody },
    ],
  },
  {
    words: ['Slab corruption', 'slab error in '],
    head: /^(?:Slab corruption \(|Slab corruption: |slab error in )/,
    kind: 'slab-corruption',
    variants: [{ title: 'slab corruption in {frame}' }],
  },
  {
    words: ['INFO: Allocated in ', 'INFO: Freed in '],
    head: /^INFO: (?<bug>Allocated|Freed) in (?<fn>[\w.]+)\+0x\S+ age=/,
    kind: 'slab-corruption',
    goesOn: 'any',
    variants: [
      {
        title: 'INFO: {bug} in {fn} age=NUM cpu=NUM pid=NUM',
        blame: nobody,
        corrupted: 'the head of the report is missing',
      },
    ],
  },
  {
    words: ['unreferenced object', 'kmemleak: '],
    head: /^unreferenced object\b|^kmemleak: \d+ new suspected memory leaks/,
    kind: 'memory-leak',
    variants: [{ title: 'memory leak in {frame}' }],
  },
];

/** lib/list_debug.c, mm/oom_kill.c. */
export const lists: readonly Row[] = [
  {
    words: [
      ' corruption',
      'list_add double add',
      'list_add attempted on',
      'list_del attempted on',
      'corrupted next-pointer',
    ],
    head: /^(?:list_(?:add|del)(?:_rcu)? corruption|list_add double add|list_(?:add|del) attempted on|corrupted next-pointer)/,
    kind: 'list-corruption',
    variants: [{ title: 'BUG: corrupted list in {frame}', alt: badAccess }],
  },
  {
    words: ['invoked oom-killer: '],
    head: /^(?<comm>.{1,15}) invoked oom-killer: /,
    kind: 'oom',
    variants: [{ title: 'out of memory', blame: nobody }],
  },
  {
    words: ['ut of memory: Kill'],
    head: /^(?:Out of memory|Memory cgroup out of memory): Kill(?:ed)? process (?<pid>\d+) \((?<comm>.*?)\)/,
    kind: 'oom',
    goesOn: ['oom'],
    variants: [{ title: 'out of memory', blame: nobody }],
  },
];
