import { copyLinks, erase, insert, type Links, type LinkStore } from './rbtree.ts';
import type { LookupState } from './state.ts';

/** The stores of one change of the tree, in order. `linked`: how many come before the VMA gets its reference. */
export interface Plan {
  readonly stores: readonly LinkStore[];
  readonly linked: number;
  /** Colours of the nodes afterwards. */
  readonly red: number;
}

/**
 * What the writer is going to store, worked out when it starts from the tree as it is then. A state has only the number
 * of the plan and how far it got, so plans are kept and numbered.
 */
export class Plans {
  private readonly model: LookupState;
  private readonly known = new Map<string, number>();
  private readonly plans: Plan[] = [];

  constructor(model: LookupState) {
    this.model = model;
  }

  at(number: number): Plan {
    return this.plans[number]!;
  }

  erase(s: Uint8Array, node: number): number {
    return this.number(`-${node}`, s, (links) => ({ stores: erase(links, node), linked: 0, red: links.red }));
  }

  insert(s: Uint8Array, node: number): number {
    const { vma, V } = this.model;
    const start = (id: number): number => s[vma(id) + V.start]!;
    return this.number(`+${node}@${start(node)}`, s, (links) => {
      const { link, rebalance } = insert(links, node, (a, b) => start(a) < start(b));
      return { stores: [...link, ...rebalance], linked: link.length, red: links.red };
    });
  }

  store(s: Uint8Array, { to, value, ...where }: LinkStore): void {
    const { root, vma, V } = this.model;
    if ('node' in where) s[vma(where.node) + V[to as 'left' | 'right']] = value;
    else s[root] = value;
  }

  private number(change: string, s: Uint8Array, make: (links: Links) => Plan): number {
    const { root, red, vma, V, vmaCount } = this.model;
    const links: Links = { left: [0], right: [0], root: s[root]!, red: s[red]! };
    for (let id = 1; id <= vmaCount; id++) {
      // A node that is out of the tree keeps its links, which decide nothing.
      const inTree = s[vma(id) + V.inTree] !== 0;
      links.left.push(inTree ? s[vma(id) + V.left]! : 0);
      links.right.push(inTree ? s[vma(id) + V.right]! : 0);
    }
    const key = `${change} ${links.root} ${links.red} ${links.left.join('')} ${links.right.join('')}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const number = this.plans.push(make(copyLinks(links))) - 1;
    if (number > 255)
      throw new Error('more than 256 changes of the tree: the scope is too large for its plans');
    this.known.set(key, number);
    return number;
  }
}
