/**
 * All words of a list found in one pass over bytes (Aho and Corasick, 1975): a table says for each state and byte which
 * state comes next. Bytes that no word has (ends of lines, control characters, those of UTF-8) have states of their own.
 */
export interface WordMachine {
  /** `next[state | byte]`, states are multiples of 256; negative where something is to be looked at. */
  readonly next: Int32Array;
  /** Indexes of the words that end in a state, by state / 256. */
  readonly found: readonly (readonly number[])[];
}

/** Bytes at which a scanner stops: ends of lines, what is cleaned away, what is not ASCII. */
export const isSpecial = (byte: number): boolean => (byte < 0x20 && byte !== 0x09) || byte >= 0x7f;

interface Node {
  readonly children: Map<number, Node>;
  readonly found: number[];
  readonly index: number;
  fallback: Node | undefined;
}

/** @param words of printable ASCII, none empty. */
export function compileWords(words: readonly string[]): WordMachine {
  const nodes: Node[] = [];
  const create = (): Node => {
    const node: Node = { children: new Map(), found: [], index: nodes.length, fallback: undefined };
    nodes.push(node);
    return node;
  };
  const child = (node: Node, byte: number): Node => {
    const known = node.children.get(byte);
    if (known !== undefined) return known;
    const made = create();
    node.children.set(byte, made);
    return made;
  };
  const root = create();
  for (const [index, word] of words.entries()) {
    let node = root;
    for (let at = 0; at < word.length; at++) node = child(node, word.charCodeAt(at));
    node.found.push(index);
  }
  for (let byte = 0; byte < 256; byte++) if (isSpecial(byte)) child(root, byte);

  const next = new Int32Array(nodes.length * 256);
  const after = (node: Node, byte: number): Node => {
    for (let at: Node | undefined = node; at !== undefined; at = at.fallback) {
      const found = at.children.get(byte);
      if (found !== undefined) return found;
    }
    return root;
  };
  // Breadth first: a node's fallback is shorter than itself, so it is whole when it is needed.
  const queue: Node[] = [root];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const [byte, made] of node.children) {
      made.fallback = node.fallback === undefined ? root : after(node.fallback, byte);
      made.found.push(...made.fallback.found);
      queue.push(made);
    }
  }
  for (const node of nodes) {
    for (let byte = 0; byte < 256; byte++) {
      const to = after(node, byte);
      const state = to.index * 256;
      next[node.index * 256 + byte] = to.found.length > 0 || isSpecial(byte) ? -state : state;
    }
  }
  return { next, found: nodes.map(({ found }) => [...new Set(found)]) };
}

/** The words of a text, by index; of its characters above 0xff none is any word's. */
export function wordsIn({ next, found }: WordMachine, text: string): readonly number[] {
  const seen = new Set<number>();
  let state = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    state = next[state | (code > 0xff ? 0xff : code)] ?? 0;
    if (state >= 0) continue;
    state = -state;
    for (const word of found[state / 256] ?? []) seen.add(word);
  }
  return seen.size === 0 ? none : [...seen];
}

const none: readonly number[] = [];
