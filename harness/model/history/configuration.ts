import { sameState, type PageState } from './state.ts';

/** One way the world can be: which operations under way have taken effect, and what each page is. Immutable. */
export class Configuration {
  /** Bits are slots of operations under way. */
  readonly mask: number;
  /** In the order of the group's pages. */
  readonly pages: readonly PageState[];
  readonly hash: number;

  constructor(mask: number, pages: readonly PageState[]) {
    this.mask = mask;
    this.pages = pages;
    let hash = Math.imul(mask, 0x9e3779b1);
    for (const page of pages) hash = Math.imul(hash ^ page.hash, 0x85ebca6b) ^ (hash >>> 11);
    this.hash = hash ^ (hash >>> 16);
  }
}

export function withMask(from: Configuration, mask: number): Configuration {
  return mask === from.mask ? from : new Configuration(mask, from.pages);
}

/** The same with another state of one page, and bits added to the mask. */
export function withPage(from: Configuration, at: number, state: PageState, bits: number): Configuration {
  if (from.pages.length === 1) return new Configuration(from.mask | bits, [state]);
  const pages = from.pages.slice();
  pages[at] = state;
  return new Configuration(from.mask | bits, pages);
}

/** The same with other states for all pages, and bits added to the mask. */
export function withPages(from: Configuration, pages: readonly PageState[], bits: number): Configuration {
  return new Configuration(from.mask | bits, pages);
}

function same(a: Configuration, b: Configuration): boolean {
  if (a.hash !== b.hash || a.mask !== b.mask) return false;
  for (let at = 0; at < a.pages.length; at++) if (!sameState(a.pages[at]!, b.pages[at]!)) return false;
  return true;
}

const FEW = 8;

/** Configurations without duplicates. A list while there are few, an open-addressed table beyond. */
export class ConfigurationSet {
  items: Configuration[] = [];
  private table: Int32Array | null = null;

  /** True when it was new. */
  add(item: Configuration): boolean {
    if (this.table === null) {
      for (const known of this.items) if (same(known, item)) return false;
      this.items.push(item);
      if (this.items.length > FEW) this.index(64);
      return true;
    }
    const mask = this.table.length - 1;
    let place = item.hash & mask;
    for (let known = this.table[place]!; known !== 0; known = this.table[place]!) {
      if (same(this.items[known - 1]!, item)) return false;
      place = (place + 1) & mask;
    }
    this.items.push(item);
    this.table[place] = this.items.length;
    if (this.items.length * 2 > this.table.length) this.index(this.table.length * 4);
    return true;
  }

  private index(size: number): void {
    this.table = new Int32Array(size);
    for (let at = 0; at < this.items.length; at++) {
      let place = this.items[at]!.hash & (size - 1);
      while (this.table[place] !== 0) place = (place + 1) & (size - 1);
      this.table[place] = at + 1;
    }
  }
}
