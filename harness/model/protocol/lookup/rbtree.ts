/**
 * A red-black tree that tells the order in which lib/rbtree.c of Linux stores into the links that a lockless walk reads.
 * Nodes are numbers from 1; 0 is no node. Parents and colours are not seen by a walk, so storing them is not told.
 */
export interface Links {
  /** Indexed by node; 0 at [0]. */
  readonly left: number[];
  readonly right: number[];
  root: number;
  /** Bit n: node n is red. */
  red: number;
}

export type LinkStore =
  | { readonly to: 'root'; readonly value: number }
  | { readonly to: 'left' | 'right'; readonly node: number; readonly value: number };

export function copyLinks({ left, right, root, red }: Links): Links {
  return { left: left.slice(), right: right.slice(), root, red };
}

class Recorder {
  readonly links: Links;
  readonly stores: LinkStore[] = [];
  private readonly parent: number[];

  constructor(links: Links) {
    this.links = links;
    this.parent = links.left.map(() => 0);
    // From the root: a node that was erased still has its links, and is nobody's parent.
    const below = links.root === 0 ? [] : [links.root];
    for (let node = below.pop(); node !== undefined; node = below.pop())
      for (const child of [links.left[node]!, links.right[node]!])
        if (child !== 0) {
          this.parent[child] = node;
          below.push(child);
        }
  }

  isRed(node: number): boolean {
    return node !== 0 && (this.links.red & (1 << node)) !== 0;
  }

  paint(node: number, red: boolean): void {
    if (red) this.links.red |= 1 << node;
    else this.links.red &= ~(1 << node);
  }

  up(node: number): number {
    return this.parent[node]!;
  }

  side(node: number, of: number): 'left' | 'right' {
    return this.links.left[of] === node ? 'left' : 'right';
  }

  /** Store a child link. The parent link of the child follows, unseen. */
  link(node: number, to: 'left' | 'right', child: number): void {
    this.links[to][node] = child;
    this.stores.push({ to, node, value: child });
    if (child !== 0) this.parent[child] = node;
  }

  /** Put `by` where `old` hangs: below its parent, or at the root (__rb_change_child). */
  replace(old: number, by: number, parent: number): void {
    if (parent === 0) {
      this.links.root = by;
      this.stores.push({ to: 'root', value: by });
      if (by !== 0) this.parent[by] = 0;
    } else this.link(parent, this.side(old, parent), by);
  }

  /** `down` goes below its child on the other side; that child's inner subtree changes owner first. */
  rotate(down: number, towards: 'left' | 'right'): void {
    const other = towards === 'left' ? 'right' : 'left';
    const upper = this.up(down);
    const pivot = this.links[other][down]!;
    const hung = upper === 0 ? null : this.side(down, upper);
    this.link(down, other, this.links[towards][pivot]!);
    this.link(pivot, towards, down);
    if (hung === null) {
      this.links.root = pivot;
      this.stores.push({ to: 'root', value: pivot });
      this.parent[pivot] = 0;
    } else this.link(upper, hung, pivot);
  }
}

/** What rb_link_node() does and then, as `rebalance`, what rb_insert_augmented() does. Changes `links`. */
export function insert(
  links: Links,
  node: number,
  isBelow: (node: number, other: number) => boolean,
): { link: LinkStore[]; rebalance: LinkStore[] } {
  const tree = new Recorder(links);
  links.left[node] = 0;
  links.right[node] = 0;
  tree.paint(node, true);
  let parent = 0;
  for (let at = links.root; at !== 0; at = isBelow(node, at) ? links.left[at]! : links.right[at]!)
    parent = at;
  if (parent === 0) tree.replace(0, node, 0);
  else tree.link(parent, isBelow(node, parent) ? 'left' : 'right', node);
  const link = tree.stores.splice(0);

  let at = node;
  while (tree.isRed(tree.up(at))) {
    let above = tree.up(at);
    const grand = tree.up(above);
    const side = tree.side(above, grand);
    const other = side === 'left' ? 'right' : 'left';
    const uncle = links[other][grand]!;
    if (tree.isRed(uncle)) {
      tree.paint(uncle, false);
      tree.paint(above, false);
      tree.paint(grand, true);
      at = grand;
      continue;
    }
    if (tree.side(at, above) === other) {
      // Case 2 leaves grand's link to its child stale until case 3 drops it.
      const inner = links[side][at]!;
      tree.link(above, other, inner);
      tree.link(at, side, above);
      above = at;
    }
    rotateGrand(tree, grand, above, side, other);
    tree.paint(above, false);
    tree.paint(grand, true);
    break;
  }
  tree.paint(links.root, false);
  return { link, rebalance: tree.stores };
}

/** Case 3 of an insertion: `above` takes the place of `grand`. */
function rotateGrand(
  tree: Recorder,
  grand: number,
  above: number,
  side: 'left' | 'right',
  other: 'left' | 'right',
): void {
  const upper = tree.up(grand);
  const inner = tree.links[other][above]!;
  const hung = upper === 0 ? null : tree.side(grand, upper);
  tree.link(grand, side, inner);
  tree.link(above, other, grand);
  if (hung === null) tree.replace(grand, above, 0);
  else tree.link(upper, hung, above);
}

/** What rb_erase_augmented() does: unhook, then repair the colours. Changes `links`. */
export function erase(links: Links, node: number): LinkStore[] {
  const tree = new Recorder(links);
  const parent = tree.up(node);
  const { left, right } = links;
  let repair: number;
  let black: boolean;
  if (left[node] === 0 || right[node] === 0) {
    const child = left[node] === 0 ? right[node]! : left[node]!;
    black = child === 0 && !tree.isRed(node);
    if (child !== 0) tree.paint(child, tree.isRed(node));
    tree.replace(node, child, parent);
    repair = parent;
  } else {
    let successor = right[node]!;
    let above = node;
    while (left[successor] !== 0) {
      above = successor;
      successor = left[successor]!;
    }
    const orphan = right[successor]!;
    black = orphan === 0 && !tree.isRed(successor);
    if (orphan !== 0) tree.paint(orphan, false);
    repair = above === node ? successor : above;
    if (above !== node) {
      tree.link(above, 'left', orphan);
      tree.link(successor, 'right', right[node]!);
    }
    tree.link(successor, 'left', left[node]!);
    tree.replace(node, successor, parent);
    tree.paint(successor, tree.isRed(node));
  }
  tree.paint(node, false);
  if (black) recolour(tree, repair);
  return tree.stores;
}

/** ____rb_erase_color(): the paths through an empty child of `parent` lack a black node. */
function recolour(tree: Recorder, from: number): void {
  const { links } = tree;
  let node = 0;
  let parent = from;
  while (parent !== 0) {
    // The side that lacks a black node: for an empty child it is the side whose sibling exists.
    const side: 'left' | 'right' =
      node !== 0 ? tree.side(node, parent) : links.right[parent] !== 0 ? 'left' : 'right';
    const other = side === 'left' ? 'right' : 'left';
    let sibling = links[other][parent]!;
    if (tree.isRed(sibling)) {
      tree.rotate(parent, side);
      tree.paint(sibling, false);
      tree.paint(parent, true);
      sibling = links[other][parent]!;
    }
    let outer = links[other][sibling]!;
    if (!tree.isRed(outer)) {
      const inner = links[side][sibling]!;
      if (!tree.isRed(inner)) {
        tree.paint(sibling, true);
        if (tree.isRed(parent)) {
          tree.paint(parent, false);
          return;
        }
        node = parent;
        parent = tree.up(node);
        continue;
      }
      // Case 3; the kernel stores parent's link to inner too, though case 4 overwrites it at once.
      tree.link(sibling, side, links[other][inner]!);
      tree.link(inner, other, sibling);
      tree.link(parent, other, inner);
      outer = sibling;
      sibling = inner;
    }
    const red = tree.isRed(parent);
    tree.rotate(parent, side);
    tree.paint(sibling, red);
    tree.paint(parent, false);
    tree.paint(outer, false);
    return;
  }
}

/** A tree as Linux builds it when the nodes come in this order. */
export function build(
  nodes: readonly number[],
  room: number,
  isBelow: (a: number, b: number) => boolean,
): Links {
  const links: Links = {
    left: new Array<number>(room + 1).fill(0),
    right: new Array<number>(room + 1).fill(0),
    root: 0,
    red: 0,
  };
  for (const node of nodes) insert(links, node, isBelow);
  return links;
}
