import { nobody, top, type Blame, type Row, type Variant } from './row.ts';

const place = /WARNING: .*?(?<file>[\w./-]+\.[chS]):(?<line>\d+)(?: at)? (?<fn>[A-Za-z_][\w.$]*)\+0x/;
const warned: Blame = { ...top(place), traced: true };

const byPlace = (where: RegExp, title: string, extra: Partial<Variant> = {}): Variant => ({
  near: [where],
  title,
  blame: warned,
  ...extra,
});

/**
 * include/asm-generic/bug.h WARN(), kernel/panic.c __warn(). Warnings of helpers that many call are named after what
 * they check and blamed on the caller.
 */
export const warnings: readonly Row[] = [
  {
    // Without CONFIG_BUG_ON_DATA_CORRUPTION a corrupted list is only warned of, after the line that says how.
    words: ['WARNING: '],
    head: /^WARNING: .*lib\/list_debug\.c:\d+ /,
    kind: 'list-corruption',
    goesOn: ['list-corruption'],
    variants: [{ title: 'BUG: corrupted list in {frame}', alt: ['bad-access in {frame}'] }],
  },
  {
    words: ['WARNING: '],
    head: /^WARNING: (?:CPU: \d+ PID: -?\d+ at |(?:\[.*\] )?[\w./-]+\.[chS]:\d+ at )(?<place>\S*)/,
    kind: 'warning',
    variants: [
      byPlace(/WARNING: .*(?:lib\/refcount\.c|refcount\.h):\d+/, 'WARNING: refcount bug in {frame}', {
        kind: 'refcount',
      }),
      byPlace(/WARNING: .*lib\/debugobjects\.c:\d+/, 'WARNING: ODEBUG bug in {frame}'),
      byPlace(/WARNING: .*lib\/kobject\.c:\d+/, 'WARNING: kobject bug in {frame}'),
      byPlace(/WARNING: .*fs\/proc\/generic\.c:\d+/, 'WARNING: proc registration bug in {frame}'),
      byPlace(
        /WARNING: .*(?:mm\/slab_common\.c:\d+(?: at)? kmalloc|mm\/util\.c:\d+(?: at)? kvmalloc)/,
        'WARNING: kmalloc bug in {frame}',
      ),
      byPlace(
        /WARNING: .*mm\/vmalloc\.c:\d+(?: at)? __vmalloc_node/,
        'WARNING: zero-size vmalloc in {frame}',
      ),
      byPlace(/WARNING: .*mm\/usercopy\.c:\d+(?: at)? usercopy_warn/, 'WARNING: bad usercopy in {frame}'),
      byPlace(/WARNING: .*kernel\/locking\/lockdep\.c:\d+/, 'WARNING: locking bug in {frame}', {
        kind: 'lockdep',
      }),
      byPlace(/WARNING: .* usb_submit_urb\+0x/, 'WARNING in {frame}/usb_submit_urb'),
      byPlace(/WARNING: .* umount_check\+0x/, 'WARNING in {frame}'),
      { near: [place], title: 'WARNING in {frame}', blame: warned },
      { title: 'WARNING in {frame}', blame: warned },
    ],
  },
  {
    words: ['BUG: Dentry '],
    head: /BUG: Dentry .* still in use .*\[unmount of (?<fs>[^\]]*)\]/,
    kind: 'warning',
    variants: [
      {
        title: 'BUG: Dentry still in use in unmount',
        alt: ['BUG: Dentry still in use [unmount of {fs}]'],
        blame: nobody,
      },
    ],
  },
  {
    words: ['WARNING: kernel stack '],
    head: /^WARNING: kernel stack (?<what>frame pointer|regs) at .* has bad/,
    kind: 'warning',
    variants: [{ title: 'WARNING: kernel stack {what} has bad value', blame: nobody }],
  },
];

/** Complaints in the kernel's tone that no other row knows; only printk's own lines count (reader.ts). */
export const leftovers: readonly Row[] = [
  {
    words: ['BUG:', 'WARNING:', 'INFO:'],
    head: /^(?<level>BUG|WARNING|INFO):\s*$/,
    kind: 'other',
    variants: [{ title: '{level}: corrupted', blame: nobody, corrupted: 'the line is cut' }],
  },
  {
    words: ['WARNING: '],
    head: /^WARNING: (?<message>[\w][\w ,.:'()/-]+)$/,
    kind: 'other',
    printk: true,
    variants: [{ title: 'WARNING: {message}', blame: nobody }],
  },
  {
    words: ['BUG: '],
    head: /^BUG: (?<message>[A-Z]?[a-z][\w ,'()-]+)/,
    kind: 'other',
    variants: [{ title: 'BUG: {message}', blame: nobody }],
  },
];
