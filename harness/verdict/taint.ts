/** A bit of /proc/sys/kernel/tainted (Documentation/admin-guide/tainted-kernels.rst; kernel/panic.c, taint_flags). */
export interface TaintBit {
  readonly bit: number;
  readonly letter: string;
  readonly meaning: string;
  /** Whom the bit speaks against when it appears during a job. */
  readonly blame: 'code' | 'tool' | 'harness';
}

const bits: readonly TaintBit[] = [
  { bit: 0, letter: 'P', meaning: 'a proprietary module was loaded', blame: 'harness' },
  { bit: 1, letter: 'F', meaning: 'a module was loaded by force', blame: 'harness' },
  { bit: 2, letter: 'S', meaning: 'the CPU is out of specification', blame: 'tool' },
  { bit: 3, letter: 'R', meaning: 'a module was unloaded by force', blame: 'harness' },
  { bit: 4, letter: 'M', meaning: 'a machine check happened', blame: 'tool' },
  { bit: 5, letter: 'B', meaning: 'a bad page was seen', blame: 'code' },
  { bit: 6, letter: 'U', meaning: 'a program asked for the taint', blame: 'harness' },
  { bit: 7, letter: 'D', meaning: 'the kernel died: an oops or BUG', blame: 'code' },
  { bit: 8, letter: 'A', meaning: 'an ACPI table was overridden', blame: 'harness' },
  { bit: 9, letter: 'W', meaning: 'the kernel warned', blame: 'code' },
  { bit: 10, letter: 'C', meaning: 'a staging driver was loaded', blame: 'harness' },
  { bit: 11, letter: 'I', meaning: 'a firmware bug is worked around', blame: 'tool' },
  { bit: 12, letter: 'O', meaning: 'an out-of-tree module was loaded', blame: 'harness' },
  { bit: 13, letter: 'E', meaning: 'an unsigned module was loaded', blame: 'harness' },
  { bit: 14, letter: 'L', meaning: 'a soft lockup happened', blame: 'code' },
  { bit: 15, letter: 'K', meaning: 'the kernel was live patched', blame: 'harness' },
  { bit: 16, letter: 'X', meaning: 'the distribution tainted it', blame: 'harness' },
  { bit: 17, letter: 'T', meaning: 'structures are laid out at random', blame: 'harness' },
];

/** Bits of a taint number. Bits that no row names come as one row that blames nobody but our table. */
export function taintBits(taint: number): TaintBit[] {
  const named = bits.filter(({ bit }) => (taint / 2 ** bit) % 2 >= 1);
  const rest = taint - named.reduce((sum, { bit }) => sum + 2 ** bit, 0);
  if (rest <= 0) return named;
  return [...named, { bit: -1, letter: '?', meaning: `unknown bits ${rest}`, blame: 'harness' }];
}

/** Bits that are in `after` and not in `before`. */
export function newTaint(before: number, after: number): TaintBit[] {
  const old = new Set(taintBits(before).map(({ bit }) => bit));
  return taintBits(after).filter(({ bit }) => !old.has(bit));
}
