import { CHUNK_BYTES_MOST, CHUNK_HEADER_BYTES, HEADER_BYTES, MAGIC } from './layout.ts';

/** Follows a stream from chunk to chunk without looking inside: where was it last whole? */
export class ChunkWalk {
  /** Length of the longest beginning that ends between two chunks; all of it once a length makes no sense. */
  whole = 0;
  #little = true;
  #lost = false;
  /** Header bytes that are being gathered, and how many of them are there. */
  #head = new Uint8Array(HEADER_BYTES);
  #have = 0;
  #want = HEADER_BYTES;
  /** Payload bytes still to come. */
  #skip = 0;
  #seen = 0;

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength && !this.#lost;) {
      const left = bytes.byteLength - at;
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, left);
        this.#skip -= step;
        this.#advance(step);
        at += step;
        continue;
      }
      const step = Math.min(this.#want - this.#have, left);
      this.#head.set(bytes.subarray(at, at + step), this.#have);
      this.#have += step;
      at += step;
      this.#advance(step);
    }
    if (this.#lost) this.whole = Infinity;
  }

  #advance(step: number): void {
    this.#seen += step;
    if (this.#skip > 0) return;
    if (this.#have === this.#want) this.#readHead();
    if (this.#skip === 0 && this.#have === 0) this.whole = this.#seen;
  }

  /** A header is there: how much payload follows it? */
  #readHead(): void {
    const view = new DataView(this.#head.buffer);
    if (this.#want === HEADER_BYTES) this.#little = view.getBigUint64(0, true) === MAGIC;
    else this.#skip = view.getUint32(8, this.#little);
    this.#lost = this.#skip > CHUNK_BYTES_MOST;
    this.#have = 0;
    this.#want = CHUNK_HEADER_BYTES;
  }
}
