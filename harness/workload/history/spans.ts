/** Where one thread's records stand in a file: runs of whole records, in the thread's order. Crosses thread boundaries. */
export class Spans {
  offsets: Float64Array;
  bytes: Float64Array;
  count = 0;

  constructor(size = 64) {
    this.offsets = new Float64Array(size);
    this.bytes = new Float64Array(size);
  }

  add(offset: number, bytes: number): void {
    if (bytes === 0) return;
    if (this.count === this.offsets.length) {
      const { offsets, bytes: lengths } = this;
      this.offsets = new Float64Array(2 * this.count);
      this.bytes = new Float64Array(2 * this.count);
      this.offsets.set(offsets);
      this.bytes.set(lengths);
    }
    this.offsets[this.count] = offset;
    this.bytes[this.count++] = bytes;
  }
}
