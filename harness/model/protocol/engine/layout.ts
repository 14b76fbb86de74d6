/**
 * The variables of a model: each has an offset in the working state (a byte each, quick to read and write) and a place
 * in the packed state (as many bits as it needs, in 32-bit words). Variables of one kind that exist many times, a VMA's
 * or a thread's, form records of equal length.
 */
export interface Variable {
  readonly name: string;
  readonly bits: number;
}

/** Bits that hold 0..largest. */
export const bitsFor = (largest: number): number => Math.max(1, 32 - Math.clz32(largest));

export class Layout {
  readonly variables: Variable[] = [];
  private sealed: Sealed | null = null;

  /** Offset of the new variable in the working state. */
  add(name: string, bits: number): number {
    if (this.sealed !== null) throw new Error(`the layout is in use, ${name} comes too late`);
    if (!(bits >= 1 && bits <= 8)) throw new Error(`${name}: a variable has 1 to 8 bits, not ${bits}`);
    return this.variables.push({ name, bits }) - 1;
  }

  /** Equal records one after the other. Returns the offset of the first. */
  records<K extends string>(
    count: number,
    name: string,
    parts: Readonly<Record<K, number>>,
  ): { base: number; length: number; part: Record<K, number> } {
    const base = this.variables.length;
    const names = Object.keys(parts) as K[];
    for (let nth = 0; nth < count; nth++)
      for (const part of names) this.add(`${name}${nth}.${part}`, parts[part]);
    const part = Object.fromEntries(names.map((each, at) => [each, at])) as Record<K, number>;
    return { base, length: names.length, part };
  }

  get size(): number {
    return this.variables.length;
  }

  get words(): number {
    return this.seal().words;
  }

  get bits(): number {
    return this.variables.reduce((sum, { bits }) => sum + bits, 0);
  }

  pack(from: Uint8Array, to: Uint32Array, at: number): void {
    const { words, first, shift } = this.seal();
    for (let word = 0; word < words; word++) {
      let packed = 0;
      const end = first[word + 1]!;
      for (let each = first[word]!; each < end; each++) packed |= from[each]! << shift[each]!;
      to[at + word] = packed;
    }
  }

  unpack(from: Uint32Array, at: number, to: Uint8Array): void {
    const { words, first, shift, mask } = this.seal();
    for (let word = 0; word < words; word++) {
      const packed = from[at + word]!;
      const end = first[word + 1]!;
      for (let each = first[word]!; each < end; each++) to[each] = (packed >>> shift[each]!) & mask[each]!;
    }
  }

  /** The name of a variable that does not fit its bits, or null. A model that lets one happen would merge states. */
  overflow(state: Uint8Array): string | null {
    const { mask } = this.seal();
    for (let each = 0; each < mask.length; each++)
      if (state[each]! > mask[each]!) return this.variables[each]!.name;
    return null;
  }

  /** Variables keep their order, and none lies across two words. */
  private seal(): Sealed {
    if (this.sealed !== null) return this.sealed;
    const size = this.variables.length;
    const first = [0];
    const shift = new Int32Array(size);
    const mask = new Int32Array(size);
    let used = 0;
    this.variables.forEach(({ bits }, at) => {
      if (used + bits > 32) {
        first.push(at);
        used = 0;
      }
      shift[at] = used;
      mask[at] = 2 ** bits - 1;
      used += bits;
    });
    this.sealed = { words: first.length, first: Int32Array.from([...first, size]), shift, mask };
    return this.sealed;
  }
}

interface Sealed {
  readonly words: number;
  /** Of each word the first variable, and the end. */
  readonly first: Int32Array;
  readonly shift: Int32Array;
  readonly mask: Int32Array;
}
