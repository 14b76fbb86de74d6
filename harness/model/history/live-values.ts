/**
 * 64-bit values as small numbers, like ValueTable, but only for as long as somebody knows the value: numbers of values that
 * nobody knows any more are given out again. 0 stays 0. So memory is bounded by what is live, not by the history's length.
 *
 * A forgotten value that is seen once more gets a fresh number, which equals nothing that any page can hold: as it should.
 */
export class LiveValues {
  private slots: Int32Array;
  private low: Int32Array;
  private high: Int32Array;
  private readonly free: number[] = [];
  private used = 1;
  /** How many numbers may be given out before it is asked who is still known. */
  private limit: number;
  private readonly mark: (live: Uint8Array) => void;

  /** @param mark sets live[number] of every value that is known somewhere. */
  constructor(mark: (live: Uint8Array) => void, size = 1 << 14) {
    this.mark = mark;
    this.limit = size / 2;
    this.slots = new Int32Array(size);
    this.low = new Int32Array(this.limit);
    this.high = new Int32Array(this.limit);
  }

  number(low: number, high: number): number {
    if (low === 0 && high === 0) return 0;
    const { slots } = this;
    const mask = slots.length - 1;
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    let place = hash & mask;
    for (let id = slots[place]!; id !== 0; id = slots[place]!) {
      if (this.low[id] === low && this.high[id] === high) return id;
      place = (place + 1) & mask;
    }
    return this.add(low, high, place);
  }

  private add(low: number, high: number, place: number): number {
    let id = this.free.pop();
    if (id === undefined) {
      if (this.used === this.limit) {
        this.collect();
        return this.number(low, high);
      }
      id = this.used++;
    }
    this.low[id] = low;
    this.high[id] = high;
    this.slots[place] = id;
    return id;
  }

  /** Forget what nobody knows; make room where most is known. */
  private collect(): void {
    const live = new Uint8Array(this.limit);
    this.mark(live);
    let known = 0;
    for (let id = 1; id < this.used; id++) if (live[id] === 1) known++;
    if (known * 2 > this.limit) this.grow();
    this.slots.fill(0);
    const mask = this.slots.length - 1;
    for (let id = this.used - 1; id > 0; id--) {
      if (live[id] !== 1) {
        this.free.push(id);
        continue;
      }
      let hash = Math.imul(this.low[id]! ^ Math.imul(this.high[id]!, 0x9e3779b1), 0x85ebca6b);
      hash ^= hash >>> 15;
      let place = hash & mask;
      while (this.slots[place] !== 0) place = (place + 1) & mask;
      this.slots[place] = id;
    }
  }

  private grow(): void {
    this.limit *= 4;
    this.slots = new Int32Array(this.limit * 2);
    const low = new Int32Array(this.limit);
    const high = new Int32Array(this.limit);
    low.set(this.low);
    high.set(this.high);
    this.low = low;
    this.high = high;
  }
}
