/**
 * 64-bit values as small numbers: exchanges write unique values, so a number names the exchange. 0 stays 0. Open
 * addressing over two 32-bit halves, because a Map of bigints costs more than the rest of the checker.
 */
export class ValueTable {
  private slots: Int32Array;
  private low: Int32Array;
  private high: Int32Array;
  private used = 1;
  private readonly wide = new BigUint64Array(1);
  private readonly halves = new Int32Array(this.wide.buffer);

  constructor(expected: number) {
    let size = 1024;
    while (size < expected * 2) size *= 2;
    this.slots = new Int32Array(size);
    this.low = new Int32Array(size / 2 + 1);
    this.high = new Int32Array(size / 2 + 1);
  }

  /** How many values are known, zero included: numbers are 0 … count-1. */
  get count(): number {
    return this.used;
  }

  /** The number of a value, a new one when it was not seen before. */
  intern(value: bigint): number {
    if (value === 0n) return 0;
    this.wide[0] = value;
    const low = this.halves[0]!;
    const high = this.halves[1]!;
    const place = this.find(low, high);
    const found = this.slots[place]!;
    if (found !== 0) return found;
    if (this.used * 2 > this.slots.length) {
      this.grow();
      return this.intern(value);
    }
    const id = this.used++;
    this.low[id] = low;
    this.high[id] = high;
    this.slots[place] = id;
    return id;
  }

  value(id: number): bigint {
    if (id === 0) return 0n;
    this.halves[0] = this.low[id]!;
    this.halves[1] = this.high[id]!;
    return this.wide[0]!;
  }

  private find(low: number, high: number): number {
    const mask = this.slots.length - 1;
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    let place = hash & mask;
    for (;;) {
      const id = this.slots[place]!;
      if (id === 0 || (this.low[id] === low && this.high[id] === high)) return place;
      place = (place + 1) & mask;
    }
  }

  private grow(): void {
    const size = this.slots.length * 2;
    this.slots = new Int32Array(size);
    const low = new Int32Array(size / 2 + 1);
    const high = new Int32Array(size / 2 + 1);
    low.set(this.low);
    high.set(this.high);
    this.low = low;
    this.high = high;
    for (let id = 1; id < this.used; id++) this.slots[this.find(low[id]!, high[id]!)] = id;
  }
}
