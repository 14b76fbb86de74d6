/** The least of a fixed number of keys that change one at a time; of equal ones that of the lower index. */
export class Tournament {
  private readonly keys: Float64Array;
  private readonly tree: Int32Array;
  private readonly leaves: number;

  /** All keys begin as Infinity. */
  constructor(count: number) {
    let leaves = 1;
    while (leaves < count) leaves *= 2;
    this.leaves = leaves;
    this.keys = new Float64Array(leaves).fill(Infinity);
    this.tree = new Int32Array(2 * leaves);
    for (let at = 0; at < leaves; at++) this.tree[leaves + at] = at;
    for (let node = leaves - 1; node >= 1; node--) this.tree[node] = this.tree[2 * node]!;
  }

  get least(): number {
    return this.tree[1]!;
  }

  key(index: number): number {
    return this.keys[index]!;
  }

  set(index: number, key: number): void {
    const { keys, tree } = this;
    keys[index] = key;
    for (let node = (index + this.leaves) >> 1; node >= 1; node >>= 1) {
      const left = tree[2 * node]!;
      const right = tree[2 * node + 1]!;
      tree[node] = keys[right]! < keys[left]! ? right : left;
    }
  }
}
