/** One instruction, as objdump(1) shows it. */
export interface Instruction {
  readonly address: bigint;
  readonly mnemonic: string;
  /** The function that it names: where a call or a jump goes. Undefined for a place within one. */
  readonly target: string | undefined;
  /** As objdump writes them. */
  readonly operands: string;
}

const row = /^ *([0-9a-f]+):\t(\S+)(?:\s+(.*))?$/;
/** `<get_vma>`, and `<.get_vma>` as the 64-bit ELF ABI of powerpc calls its text. `<get_vma+0x8>` is the local entry of ELFv2. */
const named = /<\.?([A-Za-z_][\w.]*)(?:\+0x8)?>/;
const within = /<[^>]*\+0x(?!8>)[0-9a-f]+>/;

/** Reads the output of `objdump -d --no-show-raw-insn` for one function. */
export function parseDisassembly(output: string): Instruction[] {
  return output.split('\n').flatMap((line) => {
    const [, address, mnemonic, operands = ''] = row.exec(line) ?? [];
    if (address === undefined || mnemonic === undefined) return [];
    const target = within.test(operands) ? undefined : named.exec(operands)?.[1];
    return [{ address: BigInt(`0x${address}`), mnemonic, target, operands }];
  });
}

/** x86: `call`, `callq`; powerpc: `bl`. */
export const isCall = ({ mnemonic }: Instruction): boolean => /^(?:callq?|bl)$/.test(mnemonic);

/** x86: `ret`, `retq`; powerpc: `blr`. */
export const isReturn = ({ mnemonic }: Instruction): boolean => /^(?:retq?|blr)$/.test(mnemonic);

/** Reads only, although memory is its last operand. */
const READS = /^(?:cmp|test|lea|nop|call|j|bt[lwq]?$|push|prefetch)/;

/** Does it write memory? x86 (AT&T syntax: the last operand is written), but for string instructions and calls; powerpc: `st…`. */
export const isStore = ({ mnemonic, operands }: Instruction): boolean =>
  /^st[bhwdfvx]/.test(mnemonic) || (/\([^,()]*%[^()]*\)$/.test(operands) && !READS.test(mnemonic));
