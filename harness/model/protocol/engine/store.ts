const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const TAG_BITS = 6;
const INDEX_BITS = 32 - TAG_BITS;
const INDEX = 2 ** INDEX_BITS - 1;

/**
 * Every state that was met, whole and once (no hash compaction), in the order of their discovery: which is the order of
 * a breadth first search, so the store is the queue as well. A table of open addressing finds them again; an entry is the
 * number of the state and six bits of its hash, which spare most looks at states that differ.
 */
export class StateStore {
  static readonly LARGEST = INDEX - 1;

  count = 0;
  private readonly words: number;
  private readonly chunks: Uint32Array[] = [];
  private readonly parents: Int32Array[] = [];
  private table = new Uint32Array(1 << 12);
  private readonly probe: Uint32Array;

  constructor(words: number) {
    this.words = words;
    this.probe = new Uint32Array(words);
  }

  /** Where the caller puts the packed state that `add` looks at. */
  get candidate(): Uint32Array {
    return this.probe;
  }

  /** The number of the known state that equals the candidate, or -1: it was new, and came from the state `parent`. */
  add(parent: number): number {
    const { words, probe } = this;
    const hash = hashOf(probe, 0, words);
    const mask = this.table.length - 1;
    const tag = (hash >>> INDEX_BITS) << INDEX_BITS;
    let place = hash & mask;
    for (let entry = this.table[place]!; entry !== 0; entry = this.table[place]!) {
      if ((entry ^ tag) >>> INDEX_BITS === 0 && this.holds((entry & INDEX) - 1)) return (entry & INDEX) - 1;
      place = (place + 1) & mask;
    }
    const number = this.count++;
    this.table[place] = tag | (number + 1);
    const chunk = number >>> CHUNK_BITS;
    if (chunk === this.chunks.length) {
      this.chunks.push(new Uint32Array(CHUNK * words));
      this.parents.push(new Int32Array(CHUNK));
    }
    this.chunks[chunk]!.set(probe, (number & (CHUNK - 1)) * words);
    this.parents[chunk]![number & (CHUNK - 1)] = parent;
    if (this.count * 10 > this.table.length * 7) this.grow();
    return -1;
  }

  /** The chunk that holds a state, and `offsetOf` where in it. */
  chunkOf(number: number): Uint32Array {
    return this.chunks[number >>> CHUNK_BITS]!;
  }

  offsetOf(number: number): number {
    return (number & (CHUNK - 1)) * this.words;
  }

  parentOf(number: number): number {
    return this.parents[number >>> CHUNK_BITS]![number & (CHUNK - 1)]!;
  }

  /** What the store takes, in bytes. */
  get bytes(): number {
    return this.chunks.length * CHUNK * (this.words + 1) * 4 + this.table.length * 4;
  }

  private holds(number: number): boolean {
    const chunk = this.chunkOf(number);
    const offset = this.offsetOf(number);
    for (let word = 0; word < this.words; word++) if (chunk[offset + word] !== this.probe[word]) return false;
    return true;
  }

  private grow(): void {
    const table = new Uint32Array(this.table.length * 2);
    const mask = table.length - 1;
    for (let number = 0; number < this.count; number++) {
      const hash = hashOf(this.chunkOf(number), this.offsetOf(number), this.words);
      let place = hash & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = ((hash >>> INDEX_BITS) << INDEX_BITS) | (number + 1);
    }
    this.table = table;
  }
}

function hashOf(from: Uint32Array, at: number, words: number): number {
  let hash = 0x2545f491;
  for (let word = 0; word < words; word++) {
    hash = Math.imul(hash ^ from[at + word]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
