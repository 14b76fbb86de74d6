/** Numbers in as few bytes as they need, as guest/lib/varint.h has them; exact up to 2^53. */

export function putVarint(to: number[], value: number): void {
  // Zigzag: 0, -1, 1, -2 become 0, 1, 2, 3.
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest > 0x7f) {
    to.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  to.push(rest);
}

/** Reads numbers one after the other. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at: number;
  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** @throws RangeError when the bytes end within the number. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new RangeError('the bytes end within a number');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  uint32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  text(length: number): string {
    const bytes = this.#bytes.subarray(this.at, this.at + length);
    if (bytes.length < length) throw new RangeError('the bytes end within a text');
    this.at += length;
    return Buffer.from(bytes).toString('latin1');
  }
}
