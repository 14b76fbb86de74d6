import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  build,
  copyLinks,
  erase,
  insert,
  type Links,
} from '../../../harness/model/protocol/lookup/rbtree.ts';

const isBelow = (a: number, b: number): boolean => a < b;

/** Nodes in order, or an error that says which rule of a red-black tree is broken. */
function inOrder({ left, right, root, red }: Links): number[] {
  const nodes: number[] = [];
  const isRed = (node: number): boolean => (red & (1 << node)) !== 0;
  const height = (node: number): number => {
    if (node === 0) return 0;
    for (const child of [left[node]!, right[node]!])
      if (isRed(node) && isRed(child)) throw new Error(`red ${node} above red ${child}`);
    const a = height(left[node]!);
    nodes.push(node);
    const b = height(right[node]!);
    if (a !== b) throw new Error(`black heights ${a} and ${b} below ${node}`);
    return a + (isRed(node) ? 0 : 1);
  };
  if (isRed(root)) throw new Error('the root is red');
  height(root);
  return nodes;
}

/** Does following links from the root end, whatever a reader sees in the middle? */
function ends(links: Links): boolean {
  const walk = (node: number, depth: number): boolean =>
    node === 0 || (depth < 40 && walk(links.left[node]!, depth + 1) && walk(links.right[node]!, depth + 1));
  return walk(links.root, 0);
}

test('it stays a red-black tree, and no store in the middle makes a loop', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 }), (touched) => {
      const links = build([], 12, isBelow);
      const held = new Set<number>();
      for (const node of touched) {
        const seen = copyLinks(links);
        let stores;
        if (held.delete(node)) stores = erase(links, node);
        else {
          held.add(node);
          const { link, rebalance } = insert(links, node, isBelow);
          seen.left[node] = 0;
          seen.right[node] = 0;
          stores = [...link, ...rebalance];
        }
        for (const store of stores) {
          if (store.to === 'root') seen.root = store.value;
          else seen[store.to][store.node] = store.value;
          expect(ends(seen)).toBe(true);
        }
        // The stores are all that was done to the links.
        expect({ left: seen.left, right: seen.right, root: seen.root }).toEqual({
          left: links.left,
          right: links.right,
          root: links.root,
        });
        expect(inOrder(links)).toEqual([...held].sort((a, b) => a - b));
      }
    }),
    { numRuns: 300 },
  );
});

test('three nodes in a row are rotated in the order of lib/rbtree.c', () => {
  const links = build([1, 2], 3, isBelow);
  expect(links.root).toBe(1);
  const { link, rebalance } = insert(links, 3, isBelow);
  expect(link).toEqual([{ to: 'right', node: 2, value: 3 }]);
  // gparent->rb_right = parent->rb_left, parent->rb_left = gparent, and the root last.
  expect(rebalance).toEqual([
    { to: 'right', node: 1, value: 0 },
    { to: 'left', node: 2, value: 1 },
    { to: 'root', value: 2 },
  ]);
});
